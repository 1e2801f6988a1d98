/** The rule that a function is invoked with batches of what a queue or a stream holds. */
export interface EventSourceMapping {
  readonly tenant: string;
  /** A UUID. */
  readonly id: string;
  readonly function: string;
  /** Resolved anew for every batch. */
  readonly qualifier: string;
  readonly source: QueueSource | StreamSource;
  readonly enabled: boolean;
  readonly batchSize: number;
  /** How long records are collected for a batch that is not full. */
  readonly windowMs: number;
  /** Filter patterns; a record passes when one of them matches, or when there is none. */
  readonly filters: readonly string[];
  /** The function reports which records failed. */
  readonly partialResponses: boolean;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface QueueSource {
  readonly kind: "queue";
  readonly name: string;
  /** Batches at once over all workers; null: as many as the load asks for. */
  readonly maximumConcurrency: number | null;
}

export interface StreamSource {
  readonly kind: "stream";
  readonly name: string;
  readonly start:
    | { readonly kind: "oldest" }
    /** The places behind which everything is new, by shard. */
    | { readonly kind: "newest"; readonly heads: readonly string[] }
    | { readonly kind: "time"; readonly atMs: number };
  /** -1: without end. */
  readonly retriesMax: number;
  /** -1: until the stream drops them. */
  readonly recordAgeMsMax: number;
  readonly bisect: boolean;
  /** Batches of one shard at once, apart by partition key. */
  readonly lanes: number;
  /** ARN of what is told of records that are given up; null: nobody. */
  readonly onFailure: string | null;
}

/** How the last batch of a mapping went, in Lambda's words. */
export type ProcessingResult =
  | "No records processed"
  | "OK"
  | "PROBLEM: Function call failed"
  | "PROBLEM: Function is throttled"
  | "PROBLEM: Function not found"
  | "PROBLEM: Event source not found";

export const EVENT_SOURCE_LIMITS = {
  mappingsPerTenant: 1_000,
  filters: 10,
  /** Batches of one queue at once, where the mapping does not say. */
  queueConcurrencyMax: 1_250,
} as const;

/** Fields of a mapping's progress that are not a lane's place. */
export const RESULT_FIELD = "result";

/** `tenant/id`: names a mapping in leases and progress. */
export function mappingKey({ tenant, id }: Pick<EventSourceMapping, "tenant" | "id">): string {
  return `${tenant}/${id}`;
}
