/** Which records of a batch a function says it could not process (`ReportBatchItemFailures`). */
export type BatchResponse =
  | { readonly kind: "ok" }
  | { readonly kind: "partial"; readonly failed: ReadonlySet<string> }
  /** What it said makes no sense, so that nothing of it can be believed. */
  | { readonly kind: "invalid" };

const OK: BatchResponse = { kind: "ok" };
const INVALID: BatchResponse = { kind: "invalid" };

/**
 * Reads a response as Lambda does: nothing, or no failures, is success; anything that names a record which is not there,
 * or names none, fails the whole batch.
 *
 * @param payload JSON text
 * @param known identifiers of the batch's records
 */
export function readBatchResponse(payload: string, known: ReadonlySet<string>): BatchResponse {
  let response: unknown;
  try {
    response = payload === "" ? null : JSON.parse(payload);
  } catch {
    return INVALID;
  }
  if (response === null) return OK;
  if (typeof response !== "object" || Array.isArray(response)) return INVALID;
  const failures: unknown = Object.hasOwn(response, "batchItemFailures")
    ? (response as { batchItemFailures: unknown }).batchItemFailures
    : undefined;
  // An empty object is success; one that means something else is not what was asked for, and AWS lets it pass as well.
  if (failures === undefined || failures === null) return OK;
  if (!Array.isArray(failures)) return INVALID;
  const failed = new Set<string>();
  for (const failure of failures as readonly unknown[]) {
    const id = identifierOf(failure);
    if (id === undefined || !known.has(id)) return INVALID;
    failed.add(id);
  }
  return failed.size === 0 ? OK : { kind: "partial", failed };
}

function identifierOf(failure: unknown): string | undefined {
  if (typeof failure !== "object" || failure === null || !Object.hasOwn(failure, "itemIdentifier")) return undefined;
  const { itemIdentifier: id } = failure as { itemIdentifier: unknown };
  return typeof id === "string" && id !== "" ? id : undefined;
}
