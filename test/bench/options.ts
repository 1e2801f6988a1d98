import { parseArgs } from "node:util";

export const STEP_NAMES = [
  "sync",
  "webhook",
  "queued",
  "lambda-api",
  "many-functions",
  "cold-start",
  "bundles",
  "memory",
  "host-calls",
  "hostile",
] as const;
export type StepName = (typeof STEP_NAMES)[number];

/** How much is measured. */
export interface Scale {
  readonly rounds: number;
  /** Load on every server before anything counts. */
  readonly warmUpMs: number;
  /** One turn of one server with one request in flight. */
  readonly singleMs: number;
  /** The same with 32 in flight. */
  readonly manyMs: number;
  /** In one turn of the queued lane. */
  readonly events: number;
  /** Deployed at once. */
  readonly functions: number;
  /** In one turn of the cold start. */
  readonly versions: number;
  /** Second loads of a bundle in one turn. */
  readonly loads: number;
  /** Host calls in one turn. */
  readonly hostCalls: number;
  readonly isolates: number;
}

export interface Options {
  readonly steps: readonly StepName[];
  readonly scale: Scale;
  readonly quick: boolean;
  readonly json: boolean;
  /** With the metrics service reading along, as `npm start` has it. */
  readonly metrics: boolean;
}

const FULL: Scale = {
  rounds: 3,
  warmUpMs: 4_000,
  singleMs: 2_000,
  manyMs: 4_000,
  events: 8_000,
  functions: 10_000,
  versions: 50,
  loads: 12,
  hostCalls: 40_000,
  isolates: 100,
};
const QUICK: Scale = {
  rounds: 2,
  warmUpMs: 500,
  singleMs: 200,
  manyMs: 300,
  events: 300,
  functions: 200,
  versions: 6,
  loads: 4,
  hostCalls: 4_000,
  isolates: 100,
};

export const USAGE = `npm run bench -- [options]

  --only NAME   measure this alone; may be given again: ${STEP_NAMES.join(", ")}
  --quick       a smoke test of a few seconds a step: its figures mean little
  --rounds N    rounds in place of ${FULL.rounds} (quick: ${QUICK.rounds})
  --metrics     run the metrics service beside gateway and worker
  --json        print one JSON document in place of tables`;

export type OptionsParse =
  | { readonly kind: "options"; readonly options: Options }
  | { readonly kind: "help" }
  | { readonly kind: "fault"; readonly message: string };

export function readOptions(args: readonly string[]): OptionsParse {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        only: { type: "string", multiple: true },
        quick: { type: "boolean", default: false },
        rounds: { type: "string" },
        metrics: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (values.help) return { kind: "help" };
    const { only = [], quick, json, metrics } = values;
    const unknown = only.find((name) => !STEP_NAMES.some((known) => known === name));
    if (unknown !== undefined) return fault(`'${unknown}' is not one of ${STEP_NAMES.join(", ")}`);
    const scale = quick ? QUICK : FULL;
    const rounds = Number(values.rounds ?? scale.rounds);
    if (!Number.isInteger(rounds) || rounds < 1) return fault("--rounds must be a whole number of at least 1");
    const steps = STEP_NAMES.filter((name) => only.length === 0 || only.includes(name));
    return { kind: "options", options: { steps, scale: { ...scale, rounds }, quick, json, metrics } };
  } catch (error) {
    return fault(error instanceof Error ? error.message : String(error));
  }
}

function fault(message: string): OptionsParse {
  return { kind: "fault", message };
}
