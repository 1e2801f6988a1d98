import { FrameError, type FunctionError, type LogLine } from "@sluice/core";
import type { CellBroken, CellStatus, DoneHead, HostCallHead, WireLogLine } from "../cell-protocol.ts";

/**
 * What a cell says, read without trust: by the time a guest has got hold of its cell, these words are the guest's.
 * Every reader throws FrameError at anything but the exact form, and the cell is killed for it.
 */
const LEVELS: ReadonlySet<unknown> = new Set<LogLine["level"]>(["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"]);

const FAILURE_CHARS = 500;

type Fields = Readonly<Record<string, unknown>>;

export function readDoneHead(head: string): DoneHead {
  const { ok, durationMs, initMs, memoryMb, logs, startedAt } = fieldsOf(head);
  if (typeof ok !== "boolean") throw new FrameError("DONE without 'ok'");
  return {
    ok,
    durationMs: amount(durationMs),
    initMs: initMs === null ? null : amount(initMs),
    memoryMb: amount(memoryMb),
    logs: lines(logs),
    startedAt: amount(startedAt),
  };
}

/** What went wrong, from the body of a DONE that failed. */
export function readFunctionError(body: Buffer): FunctionError {
  const { errorType, errorMessage, trace, explanation } = fieldsOf(body.toString());
  if (typeof errorType !== "string" || typeof errorMessage !== "string" || !isTexts(trace)) {
    throw new FrameError("an error of another form");
  }
  return { errorType, errorMessage, trace, ...(typeof explanation === "string" ? { explanation } : {}) };
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

export function readLogLines(head: string): readonly WireLogLine[] {
  return lines(parse(head));
}

export function readStatus(head: string): CellStatus {
  const { isolates, warm, provisioned } = fieldsOf(head);
  const counts: Record<string, number> = {};
  for (const [id, count] of Object.entries(fields(warm))) counts[id] = amount(count);
  const kept: Record<string, readonly [number, string]> = {};
  for (const [id, entry] of Object.entries(fields(provisioned))) {
    const [ready, failure] = Array.isArray(entry) ? (entry as unknown[]) : [];
    if (typeof failure !== "string") throw new FrameError("STATUS: provisioned");
    kept[id] = [amount(ready), failure.slice(0, FAILURE_CHARS)];
  }
  return { isolates: amount(isolates), warm: counts, provisioned: kept };
}

export function readBroken(head: string): CellBroken {
  const { reason, kill, call } = fieldsOf(head);
  if (reason !== "timeout" && reason !== "memory" && reason !== "protocol") throw new FrameError("BROKEN: reason");
  return { reason, kill: kill === true, call: call === null ? null : amount(call) };
}

export function readHostCallHead(head: string): HostCallHead {
  const { op, definition, environment, call, textBytes } = fieldsOf(head);
  return {
    op: amount(op),
    definition: amount(definition),
    environment: amount(environment),
    call: amount(call),
    textBytes: amount(textBytes),
  };
}

function lines(value: unknown): readonly WireLogLine[] {
  if (!Array.isArray(value)) throw new FrameError("log lines that are no list");
  for (const line of value as unknown[]) {
    const [at, level, message] = Array.isArray(line) ? (line as unknown[]) : [];
    amount(at);
    if (!LEVELS.has(level) || typeof message !== "string") throw new FrameError("a log line of another form");
  }
  return value as WireLogLine[];
}

function amount(value: unknown): number {
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) return value;
  throw new FrameError("a figure that is none");
}

function fieldsOf(head: string): Fields {
  return fields(parse(head));
}

function fields(value: unknown): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw new FrameError("a head that is no object");
}

function parse(head: string): unknown {
  try {
    return JSON.parse(head);
  } catch {
    throw new FrameError("a head that is no JSON");
  }
}
