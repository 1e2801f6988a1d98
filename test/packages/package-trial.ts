import { stopBundler } from "@sluice/bundle";
import type { RunResult } from "@sluice/sandbox";
import { NetworkPool, type NetworkSample } from "../sandbox/network-pool.ts";
import { valueOf } from "../sandbox/trial-pool.ts";
import { bundleSource } from "./bundle.ts";
import type { PackageName } from "./package-list.ts";

type Sample = Omit<NetworkSample, "code">;

/**
 * Runs code that imports npm packages as a deployed function would: bundled by the CLI's bundler, in a real cell, with
 * the worker's broker between it and servers on this machine.
 */
export class PackageTrial {
  readonly #pool: NetworkPool;
  /** By their sources: bundling is what takes a test's time. */
  readonly #bundles = new Map<string, Promise<string>>();

  private constructor(pool: NetworkPool) {
    this.#pool = pool;
  }

  static async start(): Promise<PackageTrial> {
    return new PackageTrial(await NetworkPool.start());
  }

  /** `source` is an ES module that exports `handler`. Answers what the handler returns, as JSON has it. */
  async run(source: string, event: unknown = {}, sample: Sample = {}): Promise<unknown> {
    return valueOf(await this.attempt(source, event, sample));
  }

  async attempt(source: string, event: unknown = {}, sample: Sample = {}): Promise<RunResult> {
    const bundled = this.#bundles.get(source) ?? bundleSource(source);
    this.#bundles.set(source, bundled);
    const code = await bundled;
    const limits = { memoryMb: 128, timeoutMs: 20_000, initTimeoutMs: 10_000 };
    return this.#pool.run(this.#pool.define({ ...limits, ...sample, code }), event);
  }

  async stop(): Promise<void> {
    await Promise.all([this.#pool.stop(), stopBundler()]);
  }
}

/** The tests of one package; `docs/runtime.md` promises what has one of these. */
export function describePackage(name: PackageName, tests: () => void): void {
  describe(name, tests);
}
