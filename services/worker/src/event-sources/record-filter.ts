import { compileEventPattern, type EventPattern } from "@sluice/core";
import type { KinesisRecord, SqsRecord } from "./event-records.ts";

export type RecordFilter<T> = (record: T) => boolean;

/** What a pattern asks of the contents: nothing, a text as it is, or an object. */
type Asked = "nothing" | "text" | "object";

interface Rule {
  readonly matches: EventPattern;
  readonly asked: Asked;
}

/** As Lambda: a pattern for a text never matches a body that is JSON, nor the other way about. */
export function queueFilter(patterns: readonly string[]): RecordFilter<SqsRecord> {
  const rules = patterns.map((pattern) => toRule(pattern, "body"));
  if (rules.length === 0) return () => true;
  return (record) => {
    const parsed = parseObject(record.body);
    const view = { ...record, body: parsed ?? record.body };
    const form: Asked = parsed === undefined ? "text" : "object";
    return rules.some(({ matches, asked }) => (asked === "nothing" || asked === form) && matches(view));
  };
}

/** Fields of `kinesis` stand at the top, `data` decoded; data that is no JSON object matches no pattern for it. */
export function streamFilter(patterns: readonly string[]): RecordFilter<KinesisRecord> {
  const rules = patterns.map((pattern) => toRule(pattern, "data"));
  if (rules.length === 0) return () => true;
  return (record) => {
    const { kinesis, ...rest } = record;
    const text = Buffer.from(kinesis.data, "base64").toString();
    const parsed = parseObject(text);
    const view = { ...rest, ...kinesis, data: parsed ?? text };
    const form: Asked = parsed === undefined ? "text" : "object";
    return rules.some(({ matches, asked }) => (asked === "nothing" || asked === form) && matches(view));
  };
}

/** A pattern that was stored is one that could be read. @throws PatternFault */
function toRule(pattern: string, field: "body" | "data"): Rule {
  const matches = compileEventPattern(pattern);
  const rule = JSON.parse(pattern) as Readonly<Record<string, unknown>>;
  if (!Object.hasOwn(rule, field)) return { matches, asked: "nothing" };
  return { matches, asked: Array.isArray(rule[field]) ? "text" : "object" };
}

function parseObject(text: string): object | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as object;
  } catch {
    return undefined;
  }
}
