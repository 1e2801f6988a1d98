import { setTimeout as pause } from "node:timers/promises";
import { runInNewContext } from "node:vm";
import { setFlagsFromString } from "node:v8";
import type { RunResult, VersionSpec } from "@sluice/sandbox";
import type { Program } from "./programs/program.ts";
import { TrialPool } from "./trial-pool.ts";

/** As many tenants run hostile programs at once. */
const LANES = 2;
/** Between two calls of a neighbour, so that the machine's time goes to the programs. */
const PAUSE_MS = 2;

export interface Ordeal {
  readonly result: RunResult;
  /** What the neighbours' calls came to, and what they should have come to. */
  readonly answers: readonly string[];
  readonly expected: readonly string[];
}

/** Runs hostile programs, each beside well-behaved functions of the same tenant that are called without a pause. */
export class Gauntlet {
  readonly trial: TrialPool;
  readonly #ordeals = new Map<string, Ordeal>();
  #memoryBefore = 0;
  #memoryAfter = 0;

  private constructor(trial: TrialPool) {
    this.trial = trial;
  }

  static async run(programs: readonly Program[]): Promise<Gauntlet> {
    const broker = async (): Promise<never> => await new Promise<never>(() => undefined);
    const gauntlet = new Gauntlet(await TrialPool.start({ broker, maxCells: 8 }));
    gauntlet.#memoryBefore = heldMb();
    const left = [...programs];
    await Promise.all(Array.from({ length: LANES }, (_, lane) => gauntlet.#runLane(`tenant${lane}`, left)));
    gauntlet.#memoryAfter = heldMb();
    return gauntlet;
  }

  of(program: Program): Ordeal {
    const ordeal = this.#ordeals.get(program.name);
    if (ordeal === undefined) throw new Error(`'${program.name}' has not run`);
    return ordeal;
  }

  /** What the pool's own process holds more than before, without garbage. */
  get growthMb(): number {
    return this.#memoryAfter - this.#memoryBefore;
  }

  async #runLane(tenant: string, left: Program[]): Promise<void> {
    const code = "exports.handler = async ({ n }) => n + 1;";
    const neighbour = this.trial.define({ tenant, name: "neighbour", code, timeoutMs: 20_000 });
    await this.trial.run(neighbour, { n: 0 });
    for (let program = left.shift(); program !== undefined; program = left.shift()) {
      this.#ordeals.set(program.name, await this.#runBeside(neighbour, program));
    }
  }

  async #runBeside(neighbour: VersionSpec, program: Program): Promise<Ordeal> {
    const state = { over: false };
    const hostile = this.trial.run(this.trial.define({ ...program, name: undefined, tenant: neighbour.tenant }));
    const ended = hostile.finally(() => {
      state.over = true;
    });
    const answers: string[] = [];
    const expected: string[] = [];
    const call = async (): Promise<void> => {
      for (let n = 0; !state.over || n === 0; n++) {
        const { payload, error } = await this.trial.run(neighbour, { n });
        answers.push(error === null ? payload.toString() : `${error.errorType}: ${error.explanation}`);
        expected.push(String(n + 1));
        await pause(PAUSE_MS);
      }
    };
    await call();
    return { result: await ended, answers, expected };
  }
}

function heldMb(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1_048_576;
}
