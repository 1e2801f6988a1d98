import type { CodePosition } from "./code-position.ts";

/** What the worker's main thread and the mapping thread say to each other. */
export interface MappingRequest {
  readonly digest: string;
  /** Absent: the thread has this map already. */
  readonly map?: Uint8Array;
  readonly positions: readonly CodePosition[];
  /** Maps that are not needed any more. */
  readonly forget: readonly string[];
}

/** A place as `src/orders.ts:12:7`; null where the map has none, and everywhere when it is no map. */
export type MappingReply = readonly (string | null)[];
