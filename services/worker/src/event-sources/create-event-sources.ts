import { randomUUID } from "node:crypto";
import type { EventSourceMapping, Place } from "@sluice/core";
import type { FunctionCache, Journal, Stores } from "@sluice/store";
import type { Outlets } from "../destinations/outlet.ts";
import type { Executor } from "../executor.ts";
import { BatchRunner } from "./batch-runner.ts";
import { EventSources, holderOf } from "./event-sources.ts";
import { QueuePoller } from "./queue-poller.ts";
import { RecordFarewell } from "./record-farewell.ts";
import { StreamPoller } from "./stream-poller.ts";
import { Turns } from "./turns.ts";

export interface CreateEventSourcesOptions {
  readonly stores: Pick<Stores, "documents" | "messageQueues" | "recordStreams" | "sourceLeases">;
  readonly executor: Pick<Executor, "execute">;
  readonly functions: Pick<FunctionCache, "get">;
  readonly journal: Pick<Journal, "fact">;
  readonly outlets: Outlets;
  readonly place: Place;
  readonly workerId: string;
  readonly capacity: number;
  readonly onError: (error: unknown) => void;
  readonly now: () => number;
  readonly leaseMs?: number;
}

/** Of a worker's capacity, so much may be batches; the rest is always there for callers who wait. */
const SHARE = 0.8;

/** The parts that poll event sources, joined. */
export function createEventSources(options: CreateEventSourcesOptions): EventSources {
  const { stores, executor, functions, journal, outlets, place, onError, now, leaseMs } = options;
  const { messageQueues: queues, recordStreams: streams, sourceLeases: leases, documents } = stores;
  const holder = holderOf(options.workerId);
  const atOnce = Math.max(1, Math.floor(options.capacity * SHARE));
  const turns = new Turns(atOnce);
  const runner = new BatchRunner({ executor, leases, journal, turns, onError, now, newId: randomUUID });
  const farewell = new RecordFarewell({ outlets, journal, place, now });
  const onLoad = (mapping: EventSourceMapping): void => sources.noteLoad(mapping);
  const sources: EventSources = new EventSources({
    documents,
    leases,
    streams,
    holder,
    onError,
    ...(leaseMs === undefined ? {} : { leaseMs }),
    extraMax: atOnce,
    createPoller: (unit) =>
      unit.kind === "queue"
        ? new QueuePoller(unit, { queues, functions, runner, place, onError, onLoad })
        : new StreamPoller(unit, { streams, leases, holder, functions, runner, farewell, place, onError, now }),
    onGone: (mapping) => runner.unsay(mapping),
  });
  return sources;
}
