import {
  type EventSourceMapping,
  LIMITS,
  type MessageQueue,
  messageBytes,
  type MessageQueues,
  type Place,
  PlatformError,
  type ReceivedMessage,
} from "@sluice/core";
import type { FunctionCache } from "@sluice/store";
import { batchLineage, closesLoop } from "./batch-lineage.ts";
import type { BatchRunner } from "./batch-runner.ts";
import { Breath } from "./breath.ts";
import { type EventPart, type SqsRecord, toEvents, toSqsRecord } from "./event-records.ts";
import { MessageHold } from "./message-hold.ts";
import { backoffMs, pause } from "./pause.ts";
import { queueFilter } from "./record-filter.ts";
import type { QueueUnit } from "./source-units.ts";

export interface QueuePollerOptions {
  readonly queues: MessageQueues;
  readonly functions: Pick<FunctionCache, "get">;
  readonly runner: BatchRunner;
  readonly place: Place;
  readonly onError: (error: unknown) => void;
  /** There was a whole batch: there may be more. */
  readonly onLoad: (mapping: EventSourceMapping) => void;
}

const WAIT_MS = 20_000;
/** After so long without a message, a poller that came with the load goes. */
const EXTRA_WAIT_MS = 1_000;
const ABSENT_MS = 5_000;
const THROTTLE_MS_MAX = 5_000;

/** Takes messages of a queue to a function, one batch at a time. */
export class QueuePoller {
  readonly #options: QueuePollerOptions;
  readonly #unit: QueueUnit;
  readonly #passes: ReturnType<typeof queueFilter>;
  #faults = 0;

  constructor(unit: QueueUnit, options: QueuePollerOptions) {
    this.#unit = unit;
    this.#options = options;
    this.#passes = queueFilter(unit.mapping.filters);
  }

  /** Until the signal aborts, or an extra poller finds nothing; a batch that has begun is finished. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        if (!(await this.#tick(signal)) && !this.#unit.isFirst) return;
        this.#faults = 0;
      } catch (error) {
        await this.#fault(error, signal);
      }
    }
  }

  /** One batch. @returns whether there was any message */
  async #tick(signal: AbortSignal): Promise<boolean> {
    const { functions, queues, runner } = this.#options;
    const { mapping } = this.#unit;
    const { tenant, source } = mapping;
    if ((await functions.get({ tenant, name: mapping.function }, mapping.qualifier)) === undefined) {
      runner.say(mapping, "PROBLEM: Function not found");
      await pause(ABSENT_MS, signal);
      return false;
    }
    const queue = await queues.describe({ tenant, name: source.name });
    if (queue === undefined) throw new PlatformError("Queue.NotFound");
    const messages = await this.#collect(signal);
    if (messages.length === 0) return false;
    if (messages.length >= mapping.batchSize) this.#options.onLoad(mapping);
    await this.#process(queue, messages, signal);
    return true;
  }

  /** A batch by count, window and size. What was received when the signal aborts is a batch as well. */
  async #collect(signal: AbortSignal): Promise<readonly ReceivedMessage[]> {
    const { tenant, source, batchSize, windowMs } = this.#unit.mapping;
    const messages: ReceivedMessage[] = [];
    let bytes: number = LIMITS.payloadBytesMax;
    let waitMs = this.#unit.isFirst ? WAIT_MS : EXTRA_WAIT_MS;
    let deadline: number | undefined;
    while (messages.length < batchSize && bytes > 0 && waitMs > 0 && !signal.aborted) {
      const limit = batchSize - messages.length;
      const received = await this.#options.queues.receive({ tenant, name: source.name, limit, bytes, waitMs, signal });
      messages.push(...received.messages);
      for (const message of received.messages) bytes -= messageBytes(message);
      if (messages.length === 0 || received.overLimit) break;
      deadline ??= performance.now() + windowMs;
      waitMs = Math.min(deadline - performance.now(), WAIT_MS);
    }
    return messages;
  }

  async #process(queue: MessageQueue, messages: readonly ReceivedMessage[], signal: AbortSignal): Promise<void> {
    const { queues, place, runner, onError } = this.#options;
    const { mapping } = this.#unit;
    const { visibilityMs } = queue.attributes;
    const hold = new MessageHold(messages, { queues, queue, visibilityMs, onError });
    try {
      const records = new Map(messages.map((message) => [message, toSqsRecord(place, queue.name, message)]));
      const recordOf = (message: ReceivedMessage): object => records.get(message) ?? {};
      const passed = await this.#wanted(messages, records);
      const isWanted = new Set(passed);
      const unwanted = messages.filter((message) => !isWanted.has(message));
      await hold.delete(unwanted);
      if (passed.length === 0) runner.fact(mapping, { ...NOTHING, outcome: "ok", filtered: unwanted.length });
      const stuck = new Set<string>();
      let filtered = unwanted.length;
      for (const part of toEvents(passed, recordOf)) {
        await this.#runPart(part, { queue, hold, stuck, filtered, recordOf, signal });
        filtered = 0;
      }
    } finally {
      hold.end();
    }
  }

  /** Those that pass the filters; others have their turn between long looks. */
  async #wanted(
    messages: readonly ReceivedMessage[],
    records: ReadonlyMap<ReceivedMessage, SqsRecord>,
  ): Promise<ReceivedMessage[]> {
    const passed: ReceivedMessage[] = [];
    const breath = new Breath();
    for (const message of messages) {
      const record = records.get(message);
      if (record !== undefined && this.#passes(record)) passed.push(message);
      await breath.take();
    }
    return passed;
  }

  async #runPart(part: EventPart<ReceivedMessage>, context: PartContext): Promise<void> {
    const { runner } = this.#options;
    const { mapping } = this.#unit;
    const { hold, stuck, signal, recordOf } = context;
    const ref = { tenant: mapping.tenant, name: mapping.function };
    // Behind a failed message of its group, one of an earlier part must not be overtaken.
    let items = part.items.filter(({ groupId }) => groupId === undefined || !stuck.has(groupId));
    hold.leave(part.items.filter((item) => !items.includes(item)));
    for (let tries = 0; items.length > 0; tries++) {
      const event = items.length === part.items.length ? part.event : (toEvents(items, recordOf)[0]?.event ?? "");
      const run = await runner.run(mapping, {
        event,
        ids: new Set(items.map(({ id }) => id)),
        lineage: batchLineage(
          ref,
          items.map(({ traceHeader }) => traceHeader),
        ),
        attempt: 1,
      });
      if (run.kind === "later") {
        if (run.isThrottled) runner.fact(mapping, { ...NOTHING, outcome: "throttled", records: items.length });
        if (signal.aborted) return await hold.giveBack();
        await pause(backoffMs(tries, 100, THROTTLE_MS_MAX), signal);
        continue;
      }
      if (run.kind === "recursive") {
        const loops = items.filter(({ traceHeader }) => closesLoop(ref, traceHeader));
        hold.leave(loops);
        if (loops.length === 0) hold.leave(items);
        items = loops.length === 0 ? [] : items.filter((item) => !loops.includes(item));
        continue;
      }
      const failedIds = run.kind === "ok" ? NONE : run.kind === "partial" ? run.failed : undefined;
      const failed = failedOf(items, failedIds, context);
      hold.leave(failed);
      await hold.delete(items.filter((item) => !failed.includes(item)));
      const { filtered } = context;
      runner.fact(mapping, { ...NOTHING, outcome: run.kind, records: items.length, failed: failed.length, filtered });
      return;
    }
  }

  async #fault(error: unknown, signal: AbortSignal): Promise<void> {
    const isAbsent = error instanceof PlatformError && error.code === "Queue.NotFound";
    if (isAbsent) this.#options.runner.say(this.#unit.mapping, "PROBLEM: Event source not found");
    else this.#options.onError(error);
    await pause(isAbsent ? ABSENT_MS : backoffMs(this.#faults++, 500, 10_000), signal);
  }
}

interface PartContext {
  readonly queue: MessageQueue;
  readonly hold: MessageHold;
  /** Groups of a FIFO queue of which a message has failed. */
  readonly stuck: Set<string>;
  readonly filtered: number;
  readonly recordOf: (message: ReceivedMessage) => object;
  readonly signal: AbortSignal;
}

const NONE: ReadonlySet<string> = new Set();
const NOTHING = { records: 0, failed: 0, filtered: 0, iteratorAgeMs: null } as const;

/** In a FIFO queue, what comes after a failed message of its group has failed with it. @param ids undefined: all */
function failedOf(
  items: readonly ReceivedMessage[],
  ids: ReadonlySet<string> | undefined,
  { queue, stuck }: PartContext,
): readonly ReceivedMessage[] {
  return items.filter(({ id, groupId }) => {
    const inOrder = queue.attributes.fifo && groupId !== undefined;
    const failed = ids === undefined || ids.has(id) || (inOrder && stuck.has(groupId));
    if (failed && inOrder) stuck.add(groupId);
    return failed;
  });
}
