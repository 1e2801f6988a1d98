import { AwsError } from "../aws-api/aws-error.ts";
import type { Fields } from "../aws-api/fields.ts";
import { sqsError } from "./sqs-error.ts";

const ENTRIES_MAX = 10;
const ID = /^[A-Za-z0-9_-]{1,80}$/;

export interface BatchEntry {
  readonly id: string;
  readonly fields: Fields;
}

/** One to ten entries with ids of their own. @throws AwsError */
export function batchEntries(input: Fields): readonly BatchEntry[] {
  const entries = input.entries("Entries").map((fields) => ({ id: fields.requiredText("Id"), fields }));
  if (entries.length === 0) {
    throw sqsError("EmptyBatchRequest", "There should be at least one entry in the request.");
  }
  if (entries.length > ENTRIES_MAX) {
    throw sqsError(
      "TooManyEntriesInBatchRequest",
      `Maximum number of entries per request are ${ENTRIES_MAX}. You have sent ${entries.length}.`,
    );
  }
  const wrong = entries.find(({ id }) => !ID.test(id));
  if (wrong !== undefined) {
    throw sqsError(
      "InvalidBatchEntryId",
      "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.",
    );
  }
  const seen = new Set<string>();
  for (const { id } of entries) {
    if (seen.has(id)) throw sqsError("BatchEntryIdsNotDistinct", `Id ${id} repeated.`);
    seen.add(id);
  }
  return entries;
}

/** What became of each entry: its answer, or the error that is its own. */
export function batchResult(entries: readonly BatchEntry[], results: readonly (object | AwsError)[]): object {
  const successful: object[] = [];
  const failed: object[] = [];
  for (const [index, { id }] of entries.entries()) {
    const result = results[index];
    if (result instanceof AwsError) {
      const { queryCode, message } = result;
      failed.push({ Id: id, SenderFault: result.fault === "Sender", Code: queryCode, Message: message });
    } else successful.push({ Id: id, ...result });
  }
  return { Successful: successful, ...(failed.length > 0 ? { Failed: failed } : {}) };
}
