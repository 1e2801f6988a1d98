import { availableParallelism, cpus, release, totalmem } from "node:os";
import type { Options } from "./options.ts";
import { QUANTITY_LABELS, showNumber } from "./quantity-labels.ts";
import { PRODUCT, type Quantity, ratioTo, type Row, type Section, spreadOfRow } from "./section.ts";
import type { Judgement } from "./targets.ts";

/** A step that could not be measured. */
export interface StepFault {
  readonly step: string;
  readonly message: string;
}

export interface Results {
  readonly options: Options;
  readonly startedAt: number;
  readonly tookMs: number;
  readonly sections: readonly Section[];
  readonly judgements: readonly Judgement[];
  readonly faults: readonly StepFault[];
}

export function toText(results: Results): string {
  const parts = [...results.sections.map(sectionText), judgementText(results.judgements)];
  if (results.options.quick) parts.push("A quick run checks that everything works; its figures mean little.");
  return parts.filter((part) => part !== "").join("\n\n");
}

/** For programs: every sample, its spread, the ratios and the judgements. */
export function toJson({ options, startedAt, tookMs, sections, judgements, faults }: Results): string {
  const [cpu] = cpus();
  const machine = {
    cpu: cpu?.model ?? "unknown",
    cores: availableParallelism(),
    memoryMb: Math.round(totalmem() / 2 ** 20),
    system: `${process.platform} ${release()}`,
    node: process.version,
  };
  const document = {
    startedAt: new Date(startedAt).toISOString(),
    tookMs: Math.round(tookMs),
    machine,
    options,
    sections: sections.map((section) => ({ ...section, rows: section.rows.map((row) => rowDocument(section, row)) })),
    targets: judgements,
    faults,
  };
  return JSON.stringify(document, null, 2);
}

function rowDocument(section: Section, row: Row): Record<string, unknown> {
  const spreads = Object.fromEntries(section.quantities.map((name) => [name, spreadOfRow(row, name)]));
  const ratios = Object.fromEntries(section.quantities.map((name) => [name, ratioTo(section, row.contender, name)]));
  return { ...row, spreads, ...(row.contender === PRODUCT ? {} : { productOver: ratios }) };
}

function sectionText(section: Section): string {
  const { title, quantities, compared, rows } = section;
  const header = [
    "min / median / max",
    ...quantities.map((name) => QUANTITY_LABELS[name]),
    `ratio of ${QUANTITY_LABELS[compared]}`,
  ];
  const lines = rows.map((row) => [row.contender, ...quantities.map((name) => cell(row, name)), ratio(section, row)]);
  return `${title}\n${columns([header, ...lines])}`;
}

function cell(row: Row, quantity: Quantity): string {
  const spread = spreadOfRow(row, quantity);
  return spread === undefined ? "–" : [spread.min, spread.median, spread.max].map(showNumber).join(" / ");
}

function ratio(section: Section, { contender }: Row): string {
  if (contender === PRODUCT) return "";
  const value = ratioTo(section, contender, section.compared);
  return value === undefined ? "–" : `${PRODUCT} = ${showNumber(value)} ×`;
}

function judgementText(judgements: readonly Judgement[]): string {
  if (judgements.length === 0) return "";
  const lines = judgements.map(({ label, value, unit, better, must, aim, met, aimMet }) => [
    label,
    value === undefined ? "not measured" : `${showNumber(value)} ${unit}`,
    `${better === "higher" ? "≥" : "≤"} ${must}`,
    aim === undefined ? "" : String(aim),
    met === undefined ? "" : aimMet ? "met, and the aim" : met ? "met" : "missed",
  ]);
  return `Targets (medians)\n${columns([["figure", "measured", "must", "aim", ""], ...lines])}`;
}

function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  return rows
    .map((row) => `  ${row.map((text, index) => text.padEnd(widths[index] ?? 0)).join("  ")}`.trimEnd())
    .join("\n");
}
