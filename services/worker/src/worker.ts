import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import type { FunctionRef, InvocationQueue, WorkerLease, WorkerStatus } from "@sluice/core";
import type { Logger } from "@sluice/process";
import { type Broker, CellPool, describeIsolation, isolationLayers, type Isolation } from "@sluice/sandbox";
import { FunctionCache, Journal, type Stores } from "@sluice/store";
import { type BrokerOptions, createBroker } from "./broker/broker.ts";
import { NetworkBroker } from "./broker/network-broker.ts";
import { Capacity } from "./capacity.ts";
import { Chains } from "./chains.ts";
import { CodeCache } from "./code-cache.ts";
import type { WorkerConfig } from "./config.ts";
import { Courier } from "./destinations/courier.ts";
import { Farewell } from "./destinations/farewell.ts";
import type { Outlets } from "./destinations/outlet.ts";
import { createOutlets } from "./destinations/outlets.ts";
import { DirectLaneServer } from "./direct-lane/server.ts";
import { EgressDenials } from "./egress-denials.ts";
import { createEventSources } from "./event-sources/create-event-sources.ts";
import type { EventSources } from "./event-sources/event-sources.ts";
import { Executor } from "./executor.ts";
import { Provisioner } from "./provisioner.ts";
import { QueuedLane } from "./queued-lane.ts";
import { ReservedSlots } from "./reserved-slots.ts";
import { SourceMaps } from "./source-maps/source-maps.ts";
import { VersionSpecs } from "./version-specs.ts";

export interface WorkerOptions {
  readonly config: WorkerConfig;
  readonly stores: Stores;
  /** Takes what destinations of other functions' events are sent. */
  readonly queue: Pick<InvocationQueue, "enqueue">;
  readonly prelude: string;
  readonly isolation: Isolation;
  readonly logger: Logger;
  readonly now: () => number;
}

/** The parts of a worker, joined. Nothing listens or claims yet. */
export class Worker {
  readonly functions: FunctionCache;
  readonly journal: Journal;
  readonly pool: CellPool;
  readonly slots: ReservedSlots;
  readonly network: NetworkBroker;
  readonly capacity: Capacity;
  readonly sourceMaps: SourceMaps;
  readonly queuedLane: QueuedLane;
  readonly directLane: DirectLaneServer;
  readonly provisioner: Provisioner;
  readonly eventSources: EventSources;
  readonly #options: WorkerOptions;
  readonly #token = randomBytes(24).toString("base64url");
  readonly #startedAt: number;
  #draining = false;
  #address = "";

  constructor(options: WorkerOptions) {
    const { config, stores, logger, now } = options;
    this.#options = options;
    this.#startedAt = now();
    const onError = (error: unknown): void => logger.warn({ err: error }, "a background step failed");
    this.functions = new FunctionCache({ registry: stores.registry, now });
    this.journal = new Journal({
      facts: stores.facts,
      logs: stores.logs,
      onLoss: (lost, error) => logger.warn({ lost, err: error }, "facts and logs were lost: Redis did not take them"),
    });
    const place = { region: config.region, accountId: config.accountId };
    const specs = new VersionSpecs({ codes: new CodeCache(stores.artifacts), place, workerId: config.id });
    const chains = new Chains(now);
    this.network = new NetworkBroker({
      keys: stores.keys,
      protectedEndpoints: protectedEndpoints(config),
      now,
      chainOf: ({ functionVersion, invocationId }) => chains.headerOf(functionVersion, invocationId),
    });
    const denials = new EgressDenials({ journal: this.journal, now });
    const onDenied: BrokerOptions["onDenied"] = (...denied) => denials.note(...denied);
    this.pool = this.#createPool(createBroker({ specs, kv: stores.kv, network: this.network, onError, onDenied }));
    this.slots = new ReservedSlots({ slots: stores.slots, workerId: config.id, onError });
    this.capacity = new Capacity(config.capacity);
    this.sourceMaps = new SourceMaps({ artifacts: stores.artifacts });
    const { functions, journal, pool, capacity, slots, sourceMaps } = this;
    const parts = { functions, specs, pool, capacity, slots, journal, sourceMaps, chains, denials, now };
    const executor = new Executor(parts);
    const outlets = this.#createOutlets();
    const farewell = new Farewell({ courier: new Courier({ outlets, place }), journal, now });
    this.queuedLane = new QueuedLane({ executor, functions, farewell, journal, now });
    this.eventSources = this.#createEventSources(executor, outlets);
    this.provisioner = new Provisioner({
      registry: stores.registry,
      workers: stores.workers,
      specs,
      pool,
      workerId: config.id,
      capacity: config.capacity,
      onError,
      now,
    });
    this.directLane = new DirectLaneServer({
      address: config.directLane,
      token: this.#token,
      executor,
      status: () => this.#status(),
    });
  }

  #createEventSources(executor: Executor, outlets: Outlets): EventSources {
    const { functions, journal } = this;
    const { config, stores, logger, now } = this.#options;
    const onError = (error: unknown): void => logger.warn({ err: error }, "a step of an event source failed");
    const place = { region: config.region, accountId: config.accountId };
    const { id: workerId, capacity } = config;
    return createEventSources({
      stores,
      executor,
      functions,
      journal,
      outlets,
      place,
      workerId,
      capacity,
      onError,
      now,
    });
  }

  /** Ways to where events go that have ended. */
  #createOutlets(): Outlets {
    const { functions, journal, network } = this;
    const { config, stores, queue, now } = this.#options;
    return createOutlets({
      queue,
      functions,
      journal,
      webHooks: network.webHooks,
      queues: stores.messageQueues,
      streams: stores.recordStreams,
      objectStore: config.objectStore,
      now,
    });
  }

  /** Listens for calls. @returns the address that gateways are told */
  async listen(): Promise<string> {
    const address = await this.directLane.start();
    this.#address = this.#options.config.advertise ?? address;
    return this.#address;
  }

  lease(): WorkerLease {
    const { config } = this.#options;
    const { cells, isolates } = this.pool.stats;
    return {
      id: config.id,
      address: this.#address,
      token: this.#token,
      host: hostname(),
      pid: process.pid,
      capacity: config.capacity,
      startedAt: this.#startedAt,
      draining: this.#draining,
      running: this.capacity.running(),
      cells,
      warmIsolates: isolates,
      isolation: isolationLayers(this.#options.isolation),
      provisioned: this.provisioner.shares(),
    };
  }

  /** Begins with what nobody calls for: this worker must have a lease. */
  async start(): Promise<void> {
    this.provisioner.start();
    await this.eventSources.start();
  }

  /** From now on nothing new is taken; gateways are told. */
  drain(): void {
    this.#draining = true;
    this.provisioner.stop();
    this.directLane.statusChanged();
  }

  /** Lets what runs in the direct lane come to its end, batches of event sources among it. */
  async drainCallers(deadline: Parameters<DirectLaneServer["drain"]>[0], withinMs: number): Promise<void> {
    await Promise.all([this.directLane.drain(deadline), this.eventSources.drain(performance.now() + withinMs)]);
  }

  /** Claims of a function at once. One that is switched off still claims: its events go on to where they end. */
  async claimLimit(ref: FunctionRef): Promise<number | null> {
    const limit = (await this.functions.settings(ref))?.reservedConcurrency ?? null;
    return limit === 0 ? null : limit;
  }

  forget(ref: FunctionRef | undefined): void {
    this.functions.forget(ref);
    this.provisioner.changed();
  }

  #createPool(broker: Broker): CellPool {
    const { config, prelude, isolation, logger, now } = this.#options;
    return new CellPool({
      prelude,
      broker,
      maxCells: config.maxCells,
      spareCells: 1,
      isolatesPerCell: config.isolatesPerCell,
      cellMemoryMb: config.cellMemoryMb,
      idleMs: config.isolateIdleMs,
      parallelism: config.parallelism,
      isolation,
      onBootFailure: (retryInMs) => {
        logger.error(
          { retryInMs, isolation: describeIsolation(isolation) },
          "a cell ended before it could take work; look for missing memory, processes or files of the installation",
        );
      },
      onRestart: ({ tenant, reason }) => this.journal.fact({ type: "cell-restarted", at: now(), tenant, reason }),
      onWarmChange: () => this.directLane.statusChanged(),
      now,
    });
  }

  #status(): WorkerStatus {
    const warm = new Set<string>();
    for (const key of this.pool.warmVersions()) warm.add(key.slice(0, key.lastIndexOf("@")));
    return {
      capacity: this.capacity.limit,
      inFlight: this.capacity.inFlight,
      draining: this.#draining,
      warm: [...warm],
      provisioned: this.provisioner.names(),
    };
  }
}

/** Redis belongs to the platform wherever it listens. */
function protectedEndpoints(config: WorkerConfig): string[] {
  const endpoints = [...config.protectedEndpoints];
  if (URL.canParse(config.redisUrl)) {
    const { hostname: host, port } = new URL(config.redisUrl);
    if (host !== "") endpoints.push(`${host}:${port || "6379"}`);
  }
  return endpoints;
}
