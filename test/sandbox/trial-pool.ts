import type { Runtime } from "@sluice/core";
import { bundlePrelude } from "@sluice/runtime";
import { type Broker, CellPool, type CellRestart, type RunResult, type VersionSpec } from "@sluice/sandbox";

export interface FunctionSample {
  readonly name?: string;
  readonly code: string | Uint8Array;
  readonly runtime?: Runtime;
  readonly tenant?: string;
  readonly timeoutMs?: number;
  readonly initTimeoutMs?: number;
  readonly memoryMb?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

const TENANT = "acme";
const answerNothing: Broker = async () => ({ ok: true, text: "{}" });

/** A cell pool with real processes and the real guest runtime. */
export class TrialPool {
  readonly pool: CellPool;
  readonly restarts: CellRestart[] = [];
  #ids = 0;

  constructor(prelude: string, broker: Broker = answerNothing) {
    this.pool = new CellPool({
      prelude,
      broker,
      maxCells: 6,
      spareCells: 1,
      isolatesPerCell: 16,
      cellMemoryMb: 768,
      idleMs: 60_000,
      parallelism: 2,
      now: () => Date.now(),
      onRestart: (restart) => this.restarts.push(restart),
    });
  }

  static async start(broker?: Broker): Promise<TrialPool> {
    const trial = new TrialPool(await bundlePrelude(), broker);
    await trial.pool.ready();
    return trial;
  }

  define(sample: FunctionSample): VersionSpec {
    const { tenant = TENANT, name = `f${++this.#ids}`, code, timeoutMs = 5_000, initTimeoutMs = 5_000 } = sample;
    const { memoryMb = 64, environment = {}, runtime = "javascript" } = sample;
    const settings = {
      runtime,
      handler: "handler",
      environment,
      functionName: name,
      functionVersion: "1",
      invokedFunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
      memoryLimitInMB: String(memoryMb),
      logGroupName: `/aws/lambda/${name}`,
      logStreamName: "[1]trial",
      region: "us-east-1",
    };
    return {
      key: `${tenant}.${name}@1`,
      tenant,
      definition: { memoryMb, timeoutMs, initTimeoutMs, settings },
      loadCode: async () => Buffer.from(code),
    };
  }

  run(version: VersionSpec, event: unknown = {}): Promise<RunResult> {
    return this.pool.run({ version, invocationId: `id-${++this.#ids}`, event: JSON.stringify(event) });
  }
}

/** The value that a run returned. */
export function valueOf(result: RunResult): unknown {
  if (result.error !== null) throw new Error(`${result.error.errorType}: ${result.error.errorMessage}`);
  return JSON.parse(result.payload.toString());
}
