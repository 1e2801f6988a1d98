import { bundleUpload, type UploadBundle, type UploadRequest } from "@sluice/bundle";
import { zipOf } from "@sluice/bundle/testing";
import type { RunResult } from "@sluice/sandbox";
import { TrialPool, valueOf } from "../sandbox/trial-pool.ts";

export type Files = Readonly<Record<string, string | Uint8Array>>;

type Options = Partial<Omit<UploadRequest, "archive" | "layers">> & { readonly layers?: readonly Files[] };

export async function bundled(files: Files, { layers = [], ...options }: Options = {}): Promise<UploadBundle> {
  const result = await bundleUpload({
    archive: zipOf(files),
    layers: layers.map(zipOf),
    handler: "index.handler",
    runtime: "nodejs22.x",
    ...options,
  });
  if (!result.ok) throw new Error(`${result.fault.errorType}: ${result.fault.message}`);
  return result;
}

/** Uploads that are bundled and run in real cells. */
export class UploadTrial {
  readonly #pool: TrialPool;

  private constructor(pool: TrialPool) {
    this.#pool = pool;
  }

  static async start(): Promise<UploadTrial> {
    return new UploadTrial(await TrialPool.start());
  }

  async attempt(files: Files, options: Options = {}, event: unknown = {}): Promise<RunResult> {
    const { code, runtime } = await bundled(files, options);
    return this.#pool.run(this.#pool.define({ code, runtime, memoryMb: options.memoryMb ?? 128 }), event);
  }

  /** What the handler answers. */
  async run(files: Files, options: Options = {}, event: unknown = {}): Promise<unknown> {
    return valueOf(await this.attempt(files, options, event));
  }

  /** The error that the function cannot start with. */
  async failure(files: Files, options: Options = {}): Promise<readonly [string, string]> {
    const { error } = await this.attempt(files, options);
    if (error === null) throw new Error("the function started");
    return [error.errorType, error.errorMessage];
  }

  stop(): void {
    this.#pool.pool.stop();
  }
}
