import { bundleUpload, type UploadBundle, type UploadRequest } from "@sluice/bundle";
import { zipOf } from "@sluice/bundle/testing";
import type { RunResult } from "@sluice/sandbox";
import { NetworkPool } from "../sandbox/network-pool.ts";
import { valueOf } from "../sandbox/trial-pool.ts";

export type Files = Readonly<Record<string, string | Uint8Array>>;

type Options = Partial<Omit<UploadRequest, "archive" | "layers">> & {
  readonly layers?: readonly Files[];
  readonly environment?: Readonly<Record<string, string>>;
};

export async function bundled(
  files: Files,
  { layers = [], environment: _, ...options }: Options = {},
): Promise<UploadBundle> {
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

/** Uploads that are bundled and run in real cells, with servers on this machine within their reach. */
export class UploadTrial {
  readonly #pool: NetworkPool;

  private constructor(pool: NetworkPool) {
    this.#pool = pool;
  }

  static async start(): Promise<UploadTrial> {
    return new UploadTrial(await NetworkPool.start());
  }

  async attempt(files: Files, options: Options = {}, event: unknown = {}): Promise<RunResult> {
    const { code, runtime } = await bundled(files, options);
    const { memoryMb = 128, environment = {} } = options;
    return this.#pool.run(this.#pool.define({ code, runtime, memoryMb, environment }), event);
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

  stop(): Promise<void> {
    return this.#pool.stop();
  }
}
