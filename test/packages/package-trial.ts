import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundleFunction } from "@sluice/cli/bundle";
import { type FunctionSample, TrialPool, valueOf } from "../sandbox/trial-pool.ts";
import { ROOT } from "../source-tree.ts";

/**
 * Runs code that imports npm packages as a deployed function would: bundled by the CLI's bundler, in a real cell. Snippets
 * lie below this folder while they are bundled, so that packages are found as a function's own would be.
 */
export class PackageTrial {
  readonly trial: TrialPool;

  private constructor(trial: TrialPool) {
    this.trial = trial;
  }

  static async start(...options: Parameters<typeof TrialPool.start>): Promise<PackageTrial> {
    return new PackageTrial(await TrialPool.start(...options));
  }

  /** `source` is an ES module that exports `handler`. Answers what the handler returns, as JSON has it. */
  async run(source: string, event: unknown = {}, sample: Omit<FunctionSample, "code"> = {}): Promise<unknown> {
    const code = await bundle(source);
    return valueOf(await this.trial.run(this.trial.define({ memoryMb: 128, ...sample, code }), event));
  }

  stop(): void {
    this.trial.pool.stop();
  }
}

async function bundle(source: string): Promise<string> {
  const folder = mkdtempSync(join(ROOT, "test", "packages", ".snippet-"));
  try {
    const entry = join(folder, "index.js");
    writeFileSync(entry, source);
    const result = await bundleFunction({ entry, folder, handler: "handler", environment: {} });
    if (!result.ok) throw new Error(result.faults.map(({ message }) => message).join("\n"));
    return Buffer.from(result.bundle.code).toString();
  } finally {
    rmSync(folder, { recursive: true });
  }
}
