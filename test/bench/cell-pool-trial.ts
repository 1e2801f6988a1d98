import { type Broker, CellPool, detectIsolation, type RunResult, type VersionSpec } from "@sluice/sandbox";
import { eventually } from "../support/eventually.ts";
import type { Bench } from "./bench.ts";
import type { Teardown } from "./teardown.ts";

export const TRIAL_EVENT = '{"name":"Grace"}';
const MEMORY_MB = 128;

export interface TrialOptions {
  /** The guest runtime, from `bundlePrelude`. */
  readonly prelude: string;
  readonly isolatesPerCell: number;
  /** Answers host calls; without one they fail. */
  readonly broker?: Broker;
}

export interface TrialRun {
  readonly name: string;
  readonly code: string;
  readonly tenant?: string;
  /** JSON text. */
  readonly event?: string;
  readonly timeoutMs?: number;
}

const noBroker: Broker = async () => ({
  ok: false,
  name: "Error",
  message: "there is no broker here",
  code: "Bench.NoBroker",
});

/** A pool of cells as a worker has it, without the worker. */
export class CellPoolTrial {
  readonly pool: CellPool;
  readonly stop: () => Promise<void>;
  readonly #teardown: Teardown;
  #runs = 0;

  private constructor(pool: CellPool, teardown: Teardown, stop: () => Promise<void>) {
    this.pool = pool;
    this.#teardown = teardown;
    this.stop = stop;
  }

  /** Resolves when a blank cell waits for work. */
  static async start(
    { teardown }: Bench,
    { prelude, isolatesPerCell, broker = noBroker }: TrialOptions,
  ): Promise<CellPoolTrial> {
    const pool = new CellPool({
      prelude,
      broker,
      maxCells: 8,
      spareCells: 1,
      isolatesPerCell,
      cellMemoryMb: 1_536,
      idleMs: 600_000,
      parallelism: 2,
      isolation: await detectIsolation(),
      now: Date.now,
    });
    const stop = await teardown.add(async () => {
      const pids = pool.pids();
      await pool.stop();
      await eventually(
        () => pids.filter(isAlive),
        (left) => left.length === 0,
      );
    });
    await pool.ready();
    return new CellPoolTrial(pool, teardown, stop);
  }

  /**
   * Runs a function once.
   *
   * @throws Error when it fails
   * @throws InterruptedError when the pool was stopped: it would start a cell that nobody stops
   */
  async run(run: TrialRun): Promise<RunResult> {
    const result = await this.attempt(run);
    if (result.error !== null) throw new Error(`${run.name} failed: ${result.error.errorMessage}`);
    return result;
  }

  /**
   * The same of a function that may fail.
   *
   * @throws InterruptedError when the pool was stopped
   */
  async attempt(run: TrialRun): Promise<RunResult> {
    this.#teardown.checkpoint();
    const { event = TRIAL_EVENT } = run;
    return await this.pool.run({ version: versionOf(run), invocationId: `bench-${++this.#runs}`, event });
  }
}

function versionOf({ name, code, tenant = "default", timeoutMs = 3_000 }: TrialRun): VersionSpec {
  const bytes = Buffer.from(code);
  return {
    key: `${tenant}.${name}@1`,
    tenant,
    loadCode: async () => bytes,
    definition: {
      memoryMb: MEMORY_MB,
      timeoutMs,
      initTimeoutMs: 10_000,
      settings: {
        runtime: "javascript" as const,
        handler: "handler",
        environment: {},
        functionName: name,
        functionVersion: "1",
        invokedFunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
        memoryLimitInMB: String(MEMORY_MB),
        logGroupName: `/aws/lambda/${name}`,
        logStreamName: "[1]bench",
        region: "us-east-1",
      },
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
