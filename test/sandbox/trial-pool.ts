import type { Runtime } from "@sluice/core";
import { bundlePrelude } from "@sluice/runtime";
import {
  type Broker,
  CellPool,
  type CellPoolOptions,
  type CellRestart,
  detectIsolation,
  type Isolation,
  NO_ISOLATION,
  type RunResult,
  type VersionSpec,
} from "@sluice/sandbox";

export interface FunctionSample {
  readonly name?: string | undefined;
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

  readonly isolation: Isolation;

  constructor(prelude: string, options: Partial<CellPoolOptions> = {}) {
    this.isolation = options.isolation ?? NO_ISOLATION;
    this.pool = new CellPool({
      prelude,
      broker: answerNothing,
      maxCells: 6,
      spareCells: 1,
      isolatesPerCell: 16,
      cellMemoryMb: 768,
      idleMs: 60_000,
      parallelism: 2,
      isolation: NO_ISOLATION,
      now: () => Date.now(),
      onRestart: (restart) => this.restarts.push(restart),
      ...options,
    });
  }

  /** With every layer of isolation that this machine has. */
  static async start(options: Partial<CellPoolOptions> = {}): Promise<TrialPool> {
    const [prelude, isolation] = await Promise.all([bundlePrelude(), detectIsolation()]);
    const trial = new TrialPool(prelude, { isolation, ...options });
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

  /** With all of its log lines, those of a long run too. */
  async run(version: VersionSpec, event: unknown = {}): Promise<RunResult> {
    const early: RunResult["logs"][number][] = [];
    const onLogs = (lines: RunResult["logs"]): void => void early.push(...lines);
    const invocationId = `id-${++this.#ids}`;
    const result = await this.pool.run({ version, invocationId, event: JSON.stringify(event), onLogs });
    return { ...result, logs: [...early, ...result.logs] };
  }
}

/** The value that a run returned. */
export function valueOf(result: RunResult): unknown {
  if (result.error !== null) throw new Error(`${result.error.errorType}: ${result.error.errorMessage}`);
  return JSON.parse(result.payload.toString());
}
