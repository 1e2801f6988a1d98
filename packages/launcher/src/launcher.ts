import { mkdirSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Env, StartError } from "@sluice/process";
import { type EmbeddedRedis, startEmbeddedRedis } from "./embedded-redis.ts";
import { deployExamples } from "./first-deploy.ts";
import { Keeper } from "./keeper.ts";
import { acquireLock, type Lock } from "./lock.ts";
import type { LaunchOptions } from "./options.ts";
import { readyText } from "./ready-text.ts";
import { showRedisAddress } from "./redis-address.ts";
import { ensureRedisServer } from "./redis-binary.ts";
import { checkRedisPolicy } from "./redis-policy.ts";
import type { Places, Report } from "./report.ts";
import { lineForTerminal } from "./service-line.ts";
import { startServiceProcess } from "./service-process.ts";

export interface LauncherDeps {
  readonly options: LaunchOptions;
  /** Of the launcher; services get it with their settings added. */
  readonly env: Env;
  readonly report: Report;
  /** Folder that holds `services/`, `packages/` and `examples/`. */
  readonly root: string;
}

/** How much longer than its drain a service may take to end before it is killed. */
const STOP_MARGIN_MS = 5_000;

/** Starts the platform's processes in order, keeps them running, and stops them in the opposite order. */
export class Launcher {
  readonly #deps: LauncherDeps;
  #lock: Lock | undefined;
  /** In the order in which they are stopped; those of one row together. */
  readonly #rows: Keeper[][] = [];
  #stopping: Promise<void> | undefined;

  constructor(deps: LauncherDeps) {
    this.#deps = deps;
  }

  /** @throws StartError for what the person who starts it must change; everything is stopped again then */
  async start(): Promise<void> {
    const { options, report } = this.#deps;
    try {
      this.#prepare();
      const redisUrl = await this.#startRedis();
      this.#refuseIfStopping();
      const places = await this.#startServices(redisUrl);
      this.#refuseIfStopping();
      this.#lock?.setAddress(places.gateway);
      const deployed = options.examples ? await this.#deployExamples(places.gateway) : false;
      this.#refuseIfStopping();
      report.ready(places, readyText(places, deployed));
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Drains and stops everything, Redis last. Idempotent; never rejects. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  /** Stops at once; what was running is run again by the next start. */
  async kill(): Promise<void> {
    this.#stopping ??= Promise.resolve();
    await Promise.all(this.#rows.flat().map((keeper) => keeper.kill()));
    this.#lock?.release();
  }

  async #stop(): Promise<void> {
    const { report } = this.#deps;
    for (const row of this.#rows) {
      await Promise.all(
        row.map((keeper) => report.step(() => keeper.stop(), () => `stopped ${keeper.name}`)),
      );
    }
    this.#lock?.release();
  }

  #refuseIfStopping(): void {
    if (this.#stopping !== undefined) throw new StartError("Stopped before everything was started.");
  }

  #prepare(): void {
    const { options, report } = this.#deps;
    mkdirSync(join(options.dataDir, "logs"), { recursive: true, mode: 0o700 });
    const address = `http://127.0.0.1:${options.port}`;
    this.#lock = acquireLock({ path: join(options.dataDir, "lock"), address });
    if (this.#lock.tookOverFrom !== undefined) {
      report.note(`an earlier start (pid ${this.#lock.tookOverFrom}) did not end properly; going on from its data`);
    }
  }

  async #startRedis(): Promise<string> {
    const { options, env, report } = this.#deps;
    const { redisUrl } = options;
    if (redisUrl !== undefined) {
      await report.step(
        () => checkRedisPolicy(redisUrl, report.warn),
        () => `Redis ${showRedisAddress(redisUrl)}`,
      );
      return redisUrl;
    }
    const note = (line: string): void => report.note(line);
    const binary = await ensureRedisServer({ env, install: options.installRedis, note });
    const launch = (): Promise<EmbeddedRedis> => startEmbeddedRedis({ dataDir: options.dataDir, binary, note });
    const keeper = this.#keep(0, "redis", launch);
    const redis = await report.step(
      () => keeper.start(),
      ({ address }) => `Redis ${showRedisAddress(address ?? "")}`,
    );
    return redis.address ?? "";
  }

  async #startServices(redisUrl: string): Promise<Places> {
    const { options, report } = this.#deps;
    if (this.#lock?.tookOverFrom !== undefined) await waitUntilFree([options.port, options.metricsPort]);
    const names = Array.from({ length: options.workers }, (_, index) => (index === 0 ? "worker" : `worker-${index + 1}`));
    const gateway = this.#keepService(0, "gateway", "gateway", redisUrl);
    const workers = names.map((name) => this.#keepService(1, name, "worker", redisUrl));
    const metrics = this.#keepService(2, "metrics", "metrics", redisUrl);
    const started = [gateway, ...workers, metrics].map((keeper) =>
      report.step(
        () => keeper.start(),
        ({ address }) => (address === null ? keeper.name : `${keeper.name} ${address}`),
      ),
    );
    await allOrFirstError(started);
    return {
      gateway: gateway.running?.address ?? `http://127.0.0.1:${options.port}`,
      metrics: metrics.running?.address ?? `http://127.0.0.1:${options.metricsPort}/metrics`,
      redis: showRedisAddress(redisUrl),
      dataDir: options.dataDir,
    };
  }

  #keepService(row: number, name: string, service: string, redisUrl: string): Keeper {
    const { options, env, report, root } = this.#deps;
    return this.#keep(row, name, () =>
      startServiceProcess({
        name,
        script: join(root, "services", service, "src/main.ts"),
        env: serviceEnv(env, options, redisUrl),
        logPath: join(options.dataDir, "logs", `${name}.log`),
        stopTimeoutMs: options.drainTimeoutMs + STOP_MARGIN_MS,
        onLine: (from, line) => {
          const shown = lineForTerminal(line);
          if (shown !== undefined) report.service(from, shown);
        },
      }),
    );
  }
}

function serviceEnv(env: Env, options: LaunchOptions, redisUrl: string): Env {
  return {
    ...env,
    REDIS_URL: redisUrl,
    SLUICE_PORT: String(options.port),
    SLUICE_METRICS_PORT: String(options.metricsPort),
    SLUICE_DATA_DIR: options.dataDir,
    SLUICE_DRAIN_TIMEOUT_MS: String(options.drainTimeoutMs),
    SLUICE_LOG_FORMAT: "json",
    SLUICE_SUPERVISED: "1",
  };
}
