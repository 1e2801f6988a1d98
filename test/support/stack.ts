import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, type SluiceClient } from "@sluice/client";
import type { FunctionOptionsInput } from "@sluice/core";
import { type EmbeddedRedis, ensureRedisServer, startEmbeddedRedis } from "@sluice/launcher";
import { Service } from "./service.ts";

export interface StackOptions {
  readonly gateways?: number;
  readonly workers?: number;
  readonly metrics?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

/** The whole product on free ports and a folder of its own. */
export class Stack {
  readonly dataDir: string;
  readonly gateways: Service[] = [];
  readonly workers: Service[] = [];
  metrics: Service | undefined;
  redis: EmbeddedRedis;
  #client: SluiceClient | undefined;

  private constructor(dataDir: string, redis: EmbeddedRedis) {
    this.dataDir = dataDir;
    this.redis = redis;
  }

  static async start(options: StackOptions = {}): Promise<Stack> {
    const dataDir = await mkdtemp(join(tmpdir(), "sluice-"));
    const stack = new Stack(dataDir, await startRedis(dataDir));
    const base = {
      REDIS_URL: stack.redis.url,
      SLUICE_DATA_DIR: dataDir,
      SLUICE_PORT: "0",
      SLUICE_METRICS_PORT: "0",
      SLUICE_JOB_LEASE_MS: "2000",
      SLUICE_STALLED_CHECK_MS: "500",
      ...options.env,
    };
    try {
      for (let index = 0; index < (options.gateways ?? 1); index++) stack.gateways.push(new Service("gateway", base));
      for (let index = 0; index < (options.workers ?? 1); index++) {
        stack.workers.push(new Service("worker", { ...base, SLUICE_WORKER_ID: `w${index}` }));
      }
      if (options.metrics) stack.metrics = new Service("metrics", base);
      // One gateway first: it writes the credentials that the others read.
      await stack.gateways[0]?.start();
      const rest = [...stack.gateways.slice(1), ...stack.workers, ...(stack.metrics ? [stack.metrics] : [])];
      await Promise.all(rest.map((service) => service.start()));
    } catch (error) {
      await stack.stop();
      throw error;
    }
    return stack;
  }

  get endpoint(): string {
    return this.gateways[0]?.address ?? "";
  }

  async token(): Promise<string> {
    const text = await readFile(join(this.dataDir, "credentials"), "utf8");
    const value = (name: string): string => new RegExp(`${name}\\s*=\\s*(\\S+)`).exec(text)?.[1] ?? "";
    return `${value("aws_access_key_id")}.${value("aws_secret_access_key")}`;
  }

  async client(): Promise<SluiceClient> {
    this.#client ??= createClient({ endpoint: this.endpoint, token: await this.token() });
    return this.#client;
  }

  /** Deploys a function from the body of a CommonJS module. */
  async deploy(name: string, code: string, options: FunctionOptionsInput = {}): Promise<void> {
    const client = await this.client();
    await client.deploy({ name, options, code: { code: Buffer.from(code) } });
  }

  /** Kills Redis as a crash would, and starts it again on the same data and address. */
  async restartRedis(): Promise<void> {
    await this.redis.kill();
    this.redis = await startRedis(this.dataDir);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.gateways, ...this.workers].map((service) => service.stop()));
    await this.metrics?.stop();
    await this.redis.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}

async function startRedis(dataDir: string): Promise<EmbeddedRedis> {
  const binary = await ensureRedisServer({ env: process.env, install: true, note: () => undefined });
  return await startEmbeddedRedis({ dataDir, binary });
}
