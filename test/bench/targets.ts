import { RAW_BULL } from "./peers/raw-bull.ts";
import { SERVERLESS_OFFLINE } from "./peers/serverless-offline.ts";
import { EXPRESS } from "./peers/script-server.ts";
import { WORKERD } from "./peers/workerd.ts";
import { PRODUCT, type Quantity, ratioTo, type Section, spreadOfRow } from "./section.ts";
import { hostilePrograms } from "./hostile-programs.ts";
import { FUNCTION_URL } from "./steps/lambda-api.ts";
import { DEFAULT_CELLS } from "./steps/memory.ts";

/** What the product shall reach: the median of its own figure, or of its figure over a peer's in the same rounds. */
interface Target {
  readonly label: string;
  readonly section: string;
  readonly quantity: Quantity;
  /** Absent: the product. */
  readonly contender?: string;
  /** Absent: the figure itself, in `unit`. */
  readonly peer?: string;
  readonly unit: "ms" | "MB" | "×" | "/s";
  readonly better: "higher" | "lower";
  readonly must: number;
  readonly aim?: number;
}

export interface Judgement extends Target {
  /** Undefined: not measured in this run. */
  readonly value: number | undefined;
  readonly met: boolean | undefined;
  readonly aimMet: boolean | undefined;
}

const LOWER = { better: "lower" } as const;
const RATIO = { unit: "×", better: "higher" } as const;

const TARGETS: readonly Target[] = [
  { label: "sync, 1 in flight: p50", section: "sync-1", quantity: "p50Ms", unit: "ms", ...LOWER, must: 0.6, aim: 0.35 },
  {
    label: `sync, 32 in flight: req/s ÷ ${WORKERD}`,
    section: "sync-32",
    quantity: "rate",
    peer: WORKERD,
    ...RATIO,
    must: 1,
    aim: 1.3,
  },
  { label: "sync, 32 in flight: p99", section: "sync-32", quantity: "p99Ms", unit: "ms", ...LOWER, must: 12 },
  {
    label: `webhook accepted/s ÷ ${EXPRESS}`,
    section: "webhook",
    quantity: "rate",
    peer: EXPRESS,
    ...RATIO,
    must: 0.5,
    aim: 0.9,
  },
  {
    label: `queued completed/s ÷ ${RAW_BULL}`,
    section: "queued",
    quantity: "rate",
    peer: RAW_BULL,
    ...RATIO,
    must: 0.4,
    aim: 0.6,
  },
  { label: "Invoke, 1 in flight: p50", section: "invoke-1", quantity: "p50Ms", unit: "ms", ...LOWER, must: 0.8 },
  {
    label: `Invoke, 32 in flight: req/s ÷ ${FUNCTION_URL}`,
    section: "invoke-32",
    quantity: "rate",
    peer: FUNCTION_URL,
    ...RATIO,
    must: 0.7,
  },
  {
    label: `Invoke, 32 in flight: req/s ÷ ${SERVERLESS_OFFLINE}`,
    section: "invoke-32",
    quantity: "rate",
    peer: SERVERLESS_OFFLINE,
    ...RATIO,
    must: 6,
  },
  {
    label: `asynchronous Invoke completed/s ÷ ${RAW_BULL}`,
    section: "invoke-event",
    quantity: "rate",
    peer: RAW_BULL,
    ...RATIO,
    must: 0.5,
  },
  { label: "cold start, small: p50", section: "cold-small", quantity: "p50Ms", unit: "ms", ...LOWER, must: 5 },
  { label: "cold start, small: p99", section: "cold-small", quantity: "p99Ms", unit: "ms", ...LOWER, must: 15 },
  { label: "cold start, 50 KB: p50", section: "cold-50k", quantity: "p50Ms", unit: "ms", ...LOWER, must: 15, aim: 5 },
  { label: "second load of 400 KB: p50", section: "bundle-400k", quantity: "p50Ms", unit: "ms", ...LOWER, must: 10 },
  { label: "second load of 1 MB: p50", section: "bundle-1m", quantity: "p50Ms", unit: "ms", ...LOWER, must: 25 },
  { label: "100 warm isolates in one cell", section: "memory", quantity: "totalMb", unit: "MB", ...LOWER, must: 600 },
  {
    label: "100 warm isolates in default cells",
    section: "memory",
    quantity: "totalMb",
    contender: DEFAULT_CELLS,
    unit: "MB",
    ...LOWER,
    must: 600,
  },
  { label: "one warm isolate", section: "memory", quantity: "perIsolateMb", unit: "MB", ...LOWER, must: 3 },
  {
    label: "host calls of one isolate a second",
    section: "host-calls",
    quantity: "rate",
    unit: "/s",
    better: "higher",
    must: 20_000,
  },
  ...hostilePrograms().map(
    ({ name }): Target => ({
      label: `ended after its timeout: ${name}`,
      section: "hostile",
      quantity: "lateMs",
      contender: name,
      unit: "ms",
      ...LOWER,
      must: 500,
    }),
  ),
];

/** The targets of the sections that were asked for. */
export function judge(sections: readonly Section[]): readonly Judgement[] {
  return TARGETS.flatMap((target) => {
    const section = sections.find(({ name }) => name === target.section);
    if (section === undefined) return [];
    const value =
      target.peer === undefined ? medianOf(section, target) : ratioTo(section, target.peer, target.quantity);
    const reaches = (bound: number | undefined): boolean | undefined => {
      if (value === undefined || bound === undefined) return undefined;
      return target.better === "higher" ? value >= bound : value <= bound;
    };
    return [{ ...target, value, met: reaches(target.must), aimMet: reaches(target.aim) }];
  });
}

function medianOf(section: Section, { quantity, contender = PRODUCT }: Target): number | undefined {
  const row = section.rows.find((one) => one.contender === contender);
  return row === undefined ? undefined : spreadOfRow(row, quantity)?.median;
}
