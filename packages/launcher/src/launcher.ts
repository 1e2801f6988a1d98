import { mkdirSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Env, StartError } from "@sluice/process";
import { startEmbeddedRedis } from "./embedded-redis.ts";
import { type EndpointFile, writeEndpoint } from "./endpoint-file.ts";
import { deployExamples } from "./first-deploy.ts";
import { Keeper, type KeeperOptions } from "./keeper.ts";
import { acquireLock, type Lock } from "./lock.ts";
import type { LaunchOptions } from "./options.ts";
import { readyText } from "./ready-text.ts";
import { showRedisAddress } from "./show-redis-address.ts";
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

type Kind = "gateway" | "worker" | "metrics" | "redis";

/** Intake first, and what everything stands on last. */
const STOP_ORDER: readonly Kind[] = ["gateway", "worker", "metrics", "redis"];
/** How much longer than its drain a service may take to end before it is killed. */
const STOP_MARGIN_MS = 5_000;
const PORT_WAIT_MS = 5_000;

/** Starts the platform's processes in order, keeps them running, and stops them in the opposite order. */
export class Launcher {
  readonly #deps: LauncherDeps;
  #lock: Lock | undefined;
  readonly #keepers: Record<Kind, Keeper[]> = { gateway: [], worker: [], metrics: [], redis: [] };
  #stopping: Promise<void> | undefined;
  #endpoint: EndpointFile | undefined;

  constructor(deps: LauncherDeps) {
    this.#deps = deps;
  }

  /** @throws StartError for what the person who starts it must change; everything is stopped again then */
  async start(): Promise<void> {
    const { report, options } = this.#deps;
    const { defaultDataDir, region } = options;
    try {
      this.#prepare();
      const redisUrl = await this.#startRedis();
      this.#refuseIfStopping();
      const places = await this.#startServices(redisUrl);
      this.#refuseIfStopping();
      this.#lock?.setAddress(places.gateway);
      this.#endpoint = writeEndpoint(options.dataDir, places.gateway);
      const deployed = await this.#deployExamples(places.gateway);
      this.#refuseIfStopping();
      report.ready(places, readyText(places, { deployed, defaultDataDir, region }));
    } catch (error) {
      await this.stop();
      throw withFlag(error);
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
    await Promise.all(Object.values(this.#keepers).flatMap((keepers) => keepers.map((keeper) => keeper.kill())));
    this.#endpoint?.remove();
    this.#lock?.release();
  }

  async #stop(): Promise<void> {
    const { report } = this.#deps;
    for (const kind of STOP_ORDER) {
      const stops = this.#keepers[kind].map((keeper) => {
        const wasRunning = keeper.running !== undefined;
        return report.step(
          () => keeper.stop(),
          () => (wasRunning ? `stopped ${keeper.name}` : undefined),
        );
      });
      await Promise.all(stops);
    }
    this.#endpoint?.remove();
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
    const { redisUrl, dataDir, installRedis } = options;
    if (redisUrl !== undefined) {
      const check = (): Promise<void> => checkRedisPolicy(redisUrl, report.warn);
      await report.step(check, () => `Redis ${showRedisAddress(redisUrl)}`);
      return redisUrl;
    }
    const note = (line: string): void => report.note(line);
    const binary = await ensureRedisServer({ env, install: installRedis, note });
    const keeper = this.#keep("redis", "redis", (signal) => startEmbeddedRedis({ dataDir, binary, note, signal }));
    const redis = await report.step(
      () => keeper.start(),
      ({ address }) => `Redis ${showRedisAddress(address ?? "")}`,
    );
    return redis.address ?? "";
  }

  async #startServices(redisUrl: string): Promise<Places> {
    const { options } = this.#deps;
    if (this.#lock?.tookOverFrom !== undefined) await waitUntilFree([options.port, options.metricsPort]);
    const [gateway, metrics] = await Promise.all([
      this.#startService("gateway", "gateway", redisUrl),
      this.#startService("metrics", "metrics", redisUrl),
      ...workerNames(options.workers).map((name) => this.#startService("worker", name, redisUrl)),
    ]);
    return {
      gateway: gateway ?? `http://127.0.0.1:${options.port}`,
      metrics: metrics ?? `http://127.0.0.1:${options.metricsPort}/metrics`,
      redis: showRedisAddress(redisUrl),
      dataDir: options.dataDir,
    };
  }

  async #startService(kind: Kind, name: string, redisUrl: string): Promise<string | null> {
    const { options, env, report, root } = this.#deps;
    const spec = {
      name,
      script: join(root, "services", kind, "src/main.ts"),
      env: serviceEnv(env, options, redisUrl),
      logPath: join(options.dataDir, "logs", `${name}.log`),
      stopTimeoutMs: options.drainTimeoutMs + STOP_MARGIN_MS,
      onLine: (from: string, line: string): void => {
        const shown = lineForTerminal(line);
        if (shown !== undefined) report.service(from, shown);
      },
    };
    const keeper = this.#keep(kind, name, (signal) => startServiceProcess({ ...spec, signal }));
    const { address } = await report.step(
      () => keeper.start(),
      (running) => (running.address?.startsWith("http") ? `${name} ${running.address}` : name),
    );
    return address;
  }

  #keep(kind: Kind, name: string, launch: KeeperOptions["launch"]): Keeper {
    const keeper = new Keeper({ name, launch, note: this.#deps.report.warn });
    this.#keepers[kind].push(keeper);
    return keeper;
  }

  /** Answers whether the examples are there to be tried. */
  async #deployExamples(gateway: string): Promise<boolean> {
    const { options, env, report, root } = this.#deps;
    if (!options.examples) return false;
    const result = await report.step(
      () => deployExamples({ root, gateway, env, dataDir: options.dataDir, note: report.note }),
      ({ type }) => (type === "deployed" ? "deployed the examples" : undefined),
    );
    if (result.type === "failed") report.warn(`The examples were not deployed: ${result.reason}`);
    return result.type === "deployed" || result.type === "deployed-before";
  }
}

/** A port's setting is an option of `npm start` too. */
function withFlag(error: unknown): unknown {
  if (!(error instanceof StartError)) return error;
  const setting = /set (SLUICE_PORT|SLUICE_METRICS_PORT) to/.exec(error.message)?.[1];
  if (setting === undefined) return error;
  const flag = setting === "SLUICE_PORT" ? "--port 8090" : "--metrics-port 9474";
  return new StartError(`${error.message} For instance: npm start -- ${flag}`, { cause: error });
}

function workerNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => (index === 0 ? "worker" : `worker-${index + 1}`));
}

/** Services of a launcher that was killed let go of their ports as soon as they see it, which may be this moment. */
async function waitUntilFree(ports: readonly number[]): Promise<void> {
  const deadline = performance.now() + PORT_WAIT_MS;
  for (const port of ports.filter((one) => one !== 0)) {
    while ((await isTaken(port)) && performance.now() < deadline) await sleep(50);
  }
}

async function isTaken(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host: "127.0.0.1", port });
  socket.on("connect", () => resolve(true));
  socket.on("error", () => resolve(false));
  const taken = await promise;
  socket.destroy();
  return taken;
}

function serviceEnv(env: Env, options: LaunchOptions, redisUrl: string): Env {
  return {
    ...env,
    REDIS_URL: redisUrl,
    SLUICE_PORT: String(options.port),
    SLUICE_METRICS_PORT: String(options.metricsPort),
    SLUICE_PROTECTED_ENDPOINTS: env["SLUICE_PROTECTED_ENDPOINTS"] ?? `127.0.0.1:${options.metricsPort}`,
    SLUICE_DATA_DIR: options.dataDir,
    SLUICE_DRAIN_TIMEOUT_MS: String(options.drainTimeoutMs),
    SLUICE_LOG_FORMAT: "json",
    SLUICE_SUPERVISED: "1",
  };
}
