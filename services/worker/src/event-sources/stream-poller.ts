import {
  type FunctionVersion,
  LIMITS,
  mappingKey,
  type Place,
  PlatformError,
  type RecordPosition,
  type RecordStreams,
  type SourceLeases,
  type StoredRecord,
} from "@sluice/core";
import type { FunctionCache } from "@sluice/store";
import type { BatchAttempt, BatchRun, BatchRunner } from "./batch-runner.ts";
import { Breath } from "./breath.ts";
import { type KinesisRecord, toEvents, toKinesisRecord } from "./event-records.ts";
import { backoffMs, pause } from "./pause.ts";
import { streamFilter } from "./record-filter.ts";
import type { GivenUp, RecordFarewell } from "./record-farewell.ts";
import { laneField, type StreamUnit } from "./source-units.ts";
import { laneOf } from "./stream-lane.ts";
import { openPlace } from "./stream-place.ts";

export interface StreamPollerOptions {
  readonly streams: Pick<RecordStreams, "read">;
  readonly leases: Pick<SourceLeases, "load" | "save">;
  readonly holder: string;
  readonly functions: Pick<FunctionCache, "get">;
  readonly runner: BatchRunner;
  readonly farewell: Pick<RecordFarewell, "say">;
  readonly place: Place;
  readonly onError: (error: unknown) => void;
  readonly now: () => number;
}

const WAIT_MS = 20_000;
const ABSENT_MS = 5_000;
/** Of a record's JSON, beside its data in Base64. */
const RECORD_HEAD_BYTES = 1_024;

/** Records that were read and are wanted, and where what was read ends. */
interface Gathered {
  readonly records: readonly StoredRecord[];
  readonly filtered: number;
  readonly end: string | undefined;
}

/** Some records in order, and how often they were tried. */
interface Work {
  readonly records: readonly StoredRecord[];
  readonly attempts: number;
}

/**
 * Takes one lane of a shard to a function.
 *
 * 1. Records of a lane are processed in order; nothing behind a record is invoked before it was processed or given up.
 * 2. The place is written after that, and only while the lane is this worker's: a crash repeats a batch, and loses none.
 */
export class StreamPoller {
  readonly #options: StreamPollerOptions;
  readonly #unit: StreamUnit;
  readonly #passes: ReturnType<typeof streamFilter>;
  #from: RecordPosition = { kind: "start" };
  #attempts = 0;
  #faults = 0;
  #filtered = 0;

  constructor(unit: StreamUnit, options: StreamPollerOptions) {
    this.#unit = unit;
    this.#options = options;
    this.#passes = streamFilter(unit.mapping.filters);
  }

  /** Until the signal aborts or the lane is another's; an invocation that has begun is finished. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    let isOpen = false;
    while (!signal.aborted) {
      try {
        if (!isOpen && !(await this.#open())) return;
        isOpen = true;
        if (!(await this.#tick(signal))) return;
        this.#faults = 0;
      } catch (error) {
        await this.#fault(error, signal);
      }
    }
  }

  async #open(): Promise<boolean> {
    const { leases, holder } = this.#options;
    const place = await openPlace(leases, holder, this.#unit);
    if (place === undefined) return false;
    this.#from = place.from;
    this.#attempts = place.attempts;
    return true;
  }

  /** One batch. @returns false when the lane is another's, or the signal aborted */
  async #tick(signal: AbortSignal): Promise<boolean> {
    const { functions, runner } = this.#options;
    const { mapping } = this.#unit;
    const target = await functions.get({ tenant: mapping.tenant, name: mapping.function }, mapping.qualifier);
    if (target === undefined) {
      runner.say(mapping, "PROBLEM: Function not found");
      await pause(ABSENT_MS, signal);
      return true;
    }
    const { records, filtered, end } = await this.#gather(target.version, signal);
    if (end === undefined) return true;
    this.#filtered = filtered;
    if (records.length > 0) {
      if (!(await this.#deliver(records, target.version, signal))) return false;
    } else runner.fact(mapping, { outcome: "ok", records: 0, failed: 0, filtered, iteratorAgeMs: null });
    return await this.#save({ kind: "after", sequence: end }, 0, signal);
  }

  async #gather(version: FunctionVersion, signal: AbortSignal): Promise<Gathered> {
    const { streams } = this.#options;
    const { mapping, shard, lane } = this.#unit;
    const { tenant, source, batchSize, windowMs } = mapping;
    const records: StoredRecord[] = [];
    let [from, end, bytes, filtered]: [RecordPosition, string | undefined, number, number] = [
      this.#from,
      undefined,
      0,
      0,
    ];
    let deadline: number | undefined;
    const breath = new Breath();
    for (let waitMs = WAIT_MS; waitMs > 0 && !signal.aborted; ) {
      const limit = Math.min(batchSize * source.lanes, LIMITS.getRecordsMax);
      const size = { limit, bytes: LIMITS.payloadBytesMax };
      const page = await streams.read({ tenant, name: source.name, shard, from, ...size, waitMs, signal });
      for (const record of page.records) {
        await breath.take();
        const isOurs = laneOf(record.partitionKey, source.lanes) === lane;
        const isWanted = isOurs && this.#passes(this.#recordOf(record, version));
        const weight = Math.ceil(record.data.length * 1.34) + RECORD_HEAD_BYTES;
        const isFull = records.length >= batchSize || (records.length > 0 && bytes + weight > LIMITS.payloadBytesMax);
        if (isWanted && isFull) return { records, filtered, end };
        if (isWanted) [bytes] = [bytes + weight, records.push(record)];
        else if (isOurs) filtered += 1;
        end = record.sequence;
      }
      if (end === undefined || records.length >= batchSize) break;
      from = { kind: "after", sequence: end };
      deadline ??= performance.now() + windowMs;
      waitMs = Math.min(deadline - performance.now(), WAIT_MS);
    }
    return { records, filtered, end };
  }

  /** Until each record was processed or given up. @returns false when it ended before */
  async #deliver(records: readonly StoredRecord[], version: FunctionVersion, signal: AbortSignal): Promise<boolean> {
    let [last, invokeCount]: [BatchAttempt | null, number] = [null, 0];
    const work: Work[] = [{ records, attempts: this.#attempts }];
    for (let next = work.shift(), waits = 0; next !== undefined; next = work.shift()) {
      const { old, young } = this.#byAge(next.records);
      const given = { unit: this.#unit, version, ran: last, invokeCount };
      if (!(await this.#giveUp({ ...given, condition: "RecordAgeExceeded" }, old, signal))) return false;
      if (young.length === 0) continue;
      const run = await this.#invoke(young, next.attempts + 1, version);
      if (run.kind === "later") {
        if (signal.aborted) return false;
        await pause(backoffMs(waits++, 100, 10_000), signal);
        work.unshift({ ...next, records: young });
        continue;
      }
      waits = 0;
      invokeCount += 1;
      const failedAt = firstFailed(young, run);
      const done = young[failedAt - 1];
      if (done !== undefined && !(await this.#save({ kind: "after", sequence: done.sequence }, 0, signal)))
        return false;
      const rest = young.slice(failedAt);
      if (rest.length === 0) continue;
      last = "ran" in run ? run.ran : null;
      const attempts = (failedAt > 0 ? 0 : next.attempts) + 1;
      const ending = { ...given, ran: last, invokeCount, condition: "RetryAttemptsExhausted" as const };
      const again = await this.#failed({ run, rest, attempts }, ending, signal);
      if (again === undefined) return false;
      work.unshift(...again);
    }
    return true;
  }

  /** What is to be tried again, after a pause; undefined when it ended before. */
  async #failed(
    {
      run,
      rest,
      attempts,
    }: { readonly run: BatchRun; readonly rest: readonly StoredRecord[]; readonly attempts: number },
    ending: Omit<GivenUp, "records">,
    signal: AbortSignal,
  ): Promise<readonly Work[] | undefined> {
    const { retriesMax, bisect } = this.#unit.mapping.source;
    // The function said itself where the fault is; halving would only find it once more.
    if (bisect && rest.length > 1 && run.kind !== "partial") {
      const half = Math.ceil(rest.length / 2);
      const before = attempts - 1;
      return [rest.slice(0, half), rest.slice(half)].map((records) => ({ records, attempts: before }));
    }
    if (retriesMax >= 0 && attempts > retriesMax) return (await this.#giveUp(ending, rest, signal)) ? [] : undefined;
    if (!(await this.#save(this.#from, attempts, signal)) || signal.aborted) return undefined;
    await pause(backoffMs(attempts - 1, 250, 30_000), signal);
    return signal.aborted ? undefined : [{ records: rest, attempts }];
  }

  async #invoke(records: readonly StoredRecord[], attempt: number, version: FunctionVersion): Promise<BatchRun> {
    const { runner, now } = this.#options;
    const { mapping } = this.#unit;
    const [part] = toEvents(records, (record) => this.#recordOf(record, version));
    const items = part?.items ?? [];
    const ids = new Set(items.map(({ sequence }) => sequence));
    const iteratorAgeMs = Math.max(0, now() - (items.at(-1)?.arrivedAt ?? now()));
    const run = await runner.run(mapping, { event: part?.event ?? "", ids, lineage: undefined, attempt });
    if (run.kind !== "later" || run.isThrottled) {
      const outcome = run.kind === "later" ? "throttled" : run.kind === "recursive" ? "failed" : run.kind;
      const failed = run.kind === "later" ? 0 : items.length - firstFailed(items, run);
      runner.fact(mapping, { outcome, records: items.length, failed, filtered: this.#filtered, iteratorAgeMs });
      this.#filtered = 0;
    }
    return run;
  }

  /** They are out of the way once their destination knows. @returns false when it ended before */
  async #giveUp(
    given: Omit<GivenUp, "records">,
    records: readonly StoredRecord[],
    signal: AbortSignal,
  ): Promise<boolean> {
    const [first, ...others] = records;
    if (first === undefined) return true;
    if (!(await this.#options.farewell.say({ ...given, records: [first, ...others] }, signal))) return false;
    const { sequence } = records.at(-1) ?? first;
    return await this.#save({ kind: "after", sequence }, 0, signal);
  }

  /** The oldest come first in a shard. */
  #byAge(records: readonly StoredRecord[]): {
    readonly old: readonly StoredRecord[];
    readonly young: readonly StoredRecord[];
  } {
    const { recordAgeMsMax } = this.#unit.mapping.source;
    if (recordAgeMsMax < 0) return { old: [], young: records };
    const oldest = this.#options.now() - recordAgeMsMax;
    const at = records.findIndex(({ arrivedAt }) => arrivedAt >= oldest);
    const count = at < 0 ? records.length : at;
    return { old: records.slice(0, count), young: records.slice(count) };
  }

  /** Tried until Redis answers. @returns false when the lane is another's by now */
  async #save(from: RecordPosition, attempts: number, signal: AbortSignal): Promise<boolean> {
    const { leases, holder, onError } = this.#options;
    const { mapping, shard, lane, name } = this.#unit;
    const field = laneField(mapping.source, shard, lane);
    const value = JSON.stringify({ from, attempts });
    for (let tries = 0; tries === 0 || !signal.aborted; tries++) {
      try {
        if (!(await leases.save({ holder, unit: name, mapping: mappingKey(mapping), field, value }))) return false;
        this.#from = from;
        this.#attempts = attempts;
        return true;
      } catch (error) {
        onError(error);
        await pause(backoffMs(tries, 200, 5_000), signal);
      }
    }
    return false;
  }

  #recordOf(record: StoredRecord, version: FunctionVersion): KinesisRecord {
    const { mapping, shard } = this.#unit;
    return toKinesisRecord({ place: this.#options.place, stream: mapping.source.name, shard, record, version });
  }

  async #fault(error: unknown, signal: AbortSignal): Promise<void> {
    const isAbsent = error instanceof PlatformError && error.code === "Stream.NotFound";
    if (isAbsent) this.#options.runner.say(this.#unit.mapping, "PROBLEM: Event source not found");
    else this.#options.onError(error);
    await pause(isAbsent ? ABSENT_MS : backoffMs(this.#faults++, 500, 10_000), signal);
  }
}

/** Index of the first record that was not processed; all of them when there is none. */
function firstFailed(records: readonly StoredRecord[], run: BatchRun): number {
  if (run.kind === "ok") return records.length;
  if (run.kind !== "partial") return 0;
  const at = records.findIndex(({ sequence }) => run.failed.has(sequence));
  return at < 0 ? records.length : at;
}
