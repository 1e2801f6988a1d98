/**
 * Which worker polls what of the event sources, and how far streams were read. A unit is what one poller does at a time:
 * a place of a queue's mapping, or a lane of a stream's shard. Time is the store's own.
 */
export interface SourceLeases {
  /** Renews what the holder has, and takes what nobody has of what it wants. */
  claim(params: ClaimUnits): Promise<ClaimedUnits>;
  /** Gives units back; those that others hold by now stay theirs. */
  release(holder: string, units: readonly string[]): Promise<void>;
  /** The holder is gone: with all of its units. */
  leave(holder: string, units: readonly string[]): Promise<void>;

  /** What is known of a mapping, by field. */
  load(mapping: string): Promise<Readonly<Record<string, string>>>;
  /** Written only while the holder has the unit; false when it has lost it. `drop` names fields that go. */
  save(params: SaveProgress): Promise<boolean>;
  /** Written whoever holds what. */
  note(mapping: string, field: string, value: string): Promise<void>;
  /** Nothing is known of the mapping any more. */
  forget(mapping: string): Promise<void>;
}

export interface ClaimUnits {
  readonly holder: string;
  readonly leaseMs: number;
  readonly keep: readonly string[];
  readonly take: readonly string[];
  /** Of these, at most so many. */
  readonly takeMax: number;
  /** How many pollers this holder thinks a mapping could use; forgotten with the lease. */
  readonly demand: Readonly<Record<string, number>>;
}

export interface ClaimedUnits {
  /** Those of `keep` that are still the holder's, in order, then those of `take` that it got. */
  readonly units: readonly string[];
  /** Holders that claimed lately, this one included. */
  readonly holders: number;
  /** The greatest demand for each mapping for which there is any. */
  readonly demand: Readonly<Record<string, number>>;
}

export interface SaveProgress {
  readonly holder: string;
  readonly unit: string;
  readonly mapping: string;
  readonly field: string;
  readonly value: string;
  readonly drop?: readonly string[];
}
