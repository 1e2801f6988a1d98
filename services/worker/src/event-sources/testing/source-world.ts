import { randomUUID } from "node:crypto";
import {
  DEFAULT_ASYNC_RULE,
  DEFAULT_FUNCTION_CONFIG,
  DEFAULT_FUNCTION_SETTINGS,
  DEFAULT_QUEUE_ATTRIBUTES,
  type EventSourceMapping,
  type FunctionError,
  type FunctionVersion,
  type InvocationEvent,
  mappingKey,
  type OutgoingMessage,
  PlatformError,
  type QueueAttributes,
  type StreamSource,
} from "@sluice/core";
import { createMemoryStores, type FunctionTarget, type Stores } from "@sluice/store";
import type { Attempt, Execution } from "../../executor.ts";
import type { Parcel } from "../../destinations/outlet.ts";
import { createEventSources } from "../create-event-sources.ts";
import { type EventSources, MAPPING_KIND } from "../event-sources.ts";

const PLACE = { region: "us-east-1", accountId: "000000000000" };
const VERSION: FunctionVersion = {
  tenant: "acme",
  name: "work",
  version: "$LATEST",
  codeDigest: "a".repeat(64),
  codeBytes: 10,
  sourceMapDigest: null,
  upload: null,
  revisionId: "r-1",
  config: DEFAULT_FUNCTION_CONFIG,
  createdAt: 1,
};
const TARGET: FunctionTarget = {
  version: VERSION,
  settings: DEFAULT_FUNCTION_SETTINGS,
  rule: DEFAULT_ASYNC_RULE,
};

/** What the function answers: its result, or that it threw, or that it could not start. */
export type Answer = {
  readonly result?: unknown;
  readonly error?: string;
  readonly refused?: "Capacity.FunctionLimit" | "Invocation.Recursive";
};

export interface Call {
  readonly attempt: Attempt;
  // The records of an event are of either kind; tests look into them as the function would.
  readonly records: readonly EventRecord[];
}

export interface EventRecord {
  readonly messageId?: string;
  readonly body?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly kinesis?: { readonly data: string; readonly sequenceNumber: string; readonly partitionKey: string };
}

const HOUR_MS = 3_600_000;

/** Event sources of workers over memory stores, with a function made of a test's own answers. */
export class SourceWorld {
  readonly stores: Stores = createMemoryStores({ now: Date.now });
  readonly calls: Call[] = [];
  readonly facts: InvocationEvent[] = [];
  readonly parcels: Parcel[] = [];
  readonly errors: unknown[] = [];
  readonly #workers: EventSources[] = [];
  answer: (call: Call) => Answer | Promise<Answer> = () => ({});
  exists = true;

  async queue(name: string, attributes: Partial<QueueAttributes> = {}): Promise<void> {
    const all = { ...DEFAULT_QUEUE_ATTRIBUTES, visibilityMs: HOUR_MS, ...attributes };
    await this.stores.messageQueues.create({ tenant: "acme", name, attributes: all, tags: {} });
  }

  async send(name: string, ...messages: readonly (string | Partial<OutgoingMessage>)[]): Promise<void> {
    const outgoing = messages.map((one, index) => ({
      id: `${typeof one === "string" ? one : (one.body ?? index)}`,
      body: "",
      attributes: {},
      senderId: "sender",
      ...(typeof one === "string" ? { body: one } : one),
    }));
    await this.stores.messageQueues.send({ tenant: "acme", name, messages: outgoing });
  }

  async stream(name: string, shards = 1): Promise<void> {
    const params = { shards, onDemand: false, retentionMs: 24 * HOUR_MS, tags: {} };
    await this.stores.recordStreams.create({ tenant: "acme", name, ...params });
  }

  async put(name: string, ...records: readonly (readonly [partitionKey: string, data: string])[]): Promise<void> {
    const all = records.map(([partitionKey, data]) => ({ partitionKey, data: Buffer.from(data) }));
    await this.stores.recordStreams.put({ tenant: "acme", name, records: all });
  }

  async map(
    source: Partial<EventSourceMapping["source"]> & { readonly kind: "queue" | "stream"; readonly name: string },
    change: Partial<EventSourceMapping> = {},
  ): Promise<EventSourceMapping> {
    const mapping: EventSourceMapping = {
      tenant: "acme",
      id: randomUUID(),
      function: "work",
      qualifier: "$LATEST",
      source:
        source.kind === "queue"
          ? { maximumConcurrency: null, ...source }
          : { ...DEFAULT_STREAM, ...(source as StreamSource) },
      enabled: true,
      batchSize: 10,
      windowMs: 0,
      filters: [],
      partialResponses: false,
      tags: {},
      createdAt: Date.now(),
      updatedAt: Date.now(),
      ...change,
    };
    await this.change(mapping);
    return mapping;
  }

  async change(mapping: EventSourceMapping): Promise<void> {
    await this.stores.documents.change(MAPPING_KIND, mapping.tenant, mapping.id, () => ({ put: mapping }));
  }

  async result(mapping: EventSourceMapping): Promise<string | undefined> {
    return (await this.stores.sourceLeases.load(mappingKey(mapping)))["result"];
  }

  async worker(capacity = 100): Promise<EventSources> {
    const worker = createEventSources({
      stores: this.stores,
      executor: { execute: (attempt) => this.#execute(attempt) },
      functions: { get: async () => (this.exists ? TARGET : undefined) },
      journal: { fact: (fact) => void this.facts.push(fact) },
      outlets: { queue: async (_to, parcel) => void this.parcels.push(parcel) },
      place: PLACE,
      workerId: `w${this.#workers.length}`,
      capacity,
      onError: (error) => void this.errors.push(error),
      now: Date.now,
      leaseMs: 1_000,
    });
    this.#workers.push(worker);
    await worker.start();
    return worker;
  }

  /** Messages that are in a queue in any state. */
  async left(name: string): Promise<number> {
    const { visible, inFlight, delayed } = await this.stores.messageQueues.depth({ tenant: "acme", name });
    return visible + inFlight + delayed;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.drain(performance.now() + 5_000)));
    await this.stores.stop();
  }

  async #execute(attempt: Attempt): Promise<Execution> {
    const { Records: records } = JSON.parse(String(attempt.event)) as { readonly Records: readonly EventRecord[] };
    const call = { attempt, records };
    this.calls.push(call);
    const answer = await this.answer(call);
    if (answer.refused !== undefined) return { kind: "refused", error: new PlatformError(answer.refused) };
    const error: FunctionError | null =
      answer.error === undefined ? null : { errorType: "Error", errorMessage: answer.error, trace: [] };
    const record = {
      invocationId: attempt.invocation.id,
      version: "$LATEST",
      startedAt: 0,
      coldStart: false,
      lines: [],
      report: null,
      error,
    } as const;
    const payload = Buffer.from(JSON.stringify(answer.result ?? null));
    return { kind: "ran", version: VERSION, payload, error, record };
  }
}

const DEFAULT_STREAM = {
  start: { kind: "oldest" },
  retriesMax: -1,
  recordAgeMsMax: -1,
  bisect: false,
  lanes: 1,
  onFailure: null,
} as const;

export function bodiesOf(call: Call | undefined): readonly string[] {
  return (call?.records ?? []).map(({ body = "", kinesis }) =>
    kinesis === undefined ? body : Buffer.from(kinesis.data, "base64").toString(),
  );
}

/** Waits for what other turns of the event loop bring about. */
export async function becomes<T>(
  read: () => T | Promise<T>,
  wanted: (value: T) => boolean,
  withinMs = 8_000,
): Promise<T> {
  const until = performance.now() + withinMs;
  for (;;) {
    const value = await read();
    if (wanted(value) || performance.now() > until) return value;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
