import { DEFAULT_FUNCTION_CONFIG, type EgressRule, type FunctionVersion } from "@sluice/core";
import type { CellPool, RunResult, VersionSpec } from "@sluice/sandbox";
import { createMemoryStores } from "@sluice/store";
import { createBroker } from "../../services/worker/src/broker/broker.ts";
import { NetworkBroker, type NetworkBrokerOptions } from "../../services/worker/src/broker/network-broker.ts";
import { type FunctionSample, TrialPool } from "./trial-pool.ts";

export interface NetworkSample extends FunctionSample {
  readonly egress?: EgressRule;
}

/** Real cells with the worker's own broker, so that functions reach the real network of the test. */
export class NetworkPool {
  readonly network: NetworkBroker;
  readonly errors: unknown[] = [];
  readonly #trial: TrialPool;
  readonly #versions: Map<VersionSpec, FunctionVersion>;

  private constructor(trial: TrialPool, network: NetworkBroker, versions: Map<VersionSpec, FunctionVersion>) {
    this.#trial = trial;
    this.network = network;
    this.#versions = versions;
  }

  static async start(options: Partial<NetworkBrokerOptions> = {}): Promise<NetworkPool> {
    const { keys, kv } = createMemoryStores({ now: Date.now });
    for (const name of ["acme", "other"]) await keys.putTenant({ name, privateEgress: ["*"] });
    const network = new NetworkBroker({ keys, protectedEndpoints: [], now: Date.now, ...options });
    const versions = new Map<VersionSpec, FunctionVersion>();
    const errors: unknown[] = [];
    const specs = { versionOf: (spec: VersionSpec) => versions.get(spec) };
    const broker = createBroker({ specs, kv, network, onError: (error) => errors.push(error) });
    const trial = await TrialPool.start({ broker });
    const pool = new NetworkPool(trial, network, versions);
    pool.errors.push(...errors);
    return pool;
  }

  get cells(): CellPool {
    return this.#trial.pool;
  }

  /** `code` is the body of an async handler of `event`, or with `module` a whole module. */
  define(sample: NetworkSample): VersionSpec {
    const spec = this.#trial.define(sample);
    this.#versions.set(spec, {
      tenant: spec.tenant,
      name: spec.key,
      version: "1",
      codeDigest: "",
      codeBytes: 0,
      sourceMapDigest: null,
      upload: null,
      revisionId: "",
      createdAt: 0,
      config: { ...DEFAULT_FUNCTION_CONFIG, egress: sample.egress ?? { allowPrivate: ["127.0.0.1", "localhost"] } },
    });
    return spec;
  }

  run(version: VersionSpec, event?: unknown): Promise<RunResult> {
    return this.#trial.run(version, event);
  }

  async stop(): Promise<void> {
    await this.#trial.pool.stop();
    await this.network.stop();
  }
}
