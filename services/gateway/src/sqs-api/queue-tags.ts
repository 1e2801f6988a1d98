import { queueOf, type SqsOperation } from "./sqs-call.ts";
import { sqsError } from "./sqs-error.ts";

const TAGS_MAX = 50;

/** @throws AwsError InvalidParameterValue */
export function checkTags(tags: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const entries = Object.entries(tags);
  const wrong = entries.find(([key, value]) => key === "" || key.length > 128 || value.length > 256);
  if (wrong !== undefined || entries.length > TAGS_MAX) {
    throw sqsError(
      "InvalidParameterValueException",
      `A queue has at most ${TAGS_MAX} tags, with keys of 1 to 128 and values of up to 256 characters.`,
    );
  }
  return tags;
}

export const tagQueue: SqsOperation = async (call) => {
  const queue = await queueOf(call, "TagQueue");
  const given = call.input.pairs("Tags");
  await call.deps.messageQueues.update({
    ...queue,
    change: ({ tags }) => ({ tags: checkTags({ ...tags, ...given }) }),
  });
  return {};
};

export const untagQueue: SqsOperation = async (call) => {
  const queue = await queueOf(call, "UntagQueue");
  const keys = new Set(call.input.texts("TagKeys", TAGS_MAX));
  await call.deps.messageQueues.update({
    ...queue,
    change: ({ tags }) => ({ tags: Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.has(key))) }),
  });
  return {};
};

export const listQueueTags: SqsOperation = async (call) => {
  const { tags } = await queueOf(call, "ListQueueTags");
  return Object.keys(tags).length === 0 ? {} : { Tags: tags };
};
