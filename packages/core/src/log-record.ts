import type { AttemptReport, FunctionError, LogLine } from "./invocation-outcome.ts";

/** A piece of one attempt's log: its beginning, some lines, its end, or all of them at once. */
export interface LogRecord {
  readonly invocationId: string;
  readonly version: string;
  /** Set on the first record of an attempt. */
  readonly startedAt: number | null;
  readonly coldStart: boolean;
  readonly lines: readonly LogLine[];
  /** Set on the last record of an attempt. */
  readonly report: AttemptReport | null;
  readonly error: FunctionError | null;
}

const isoTime = (at: number): string => new Date(at).toISOString();

/** A log line must stay one line: a guest that prints a newline would otherwise forge its neighbours' lines. */
function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is being removed
  return text
    .replaceAll("\r", "")
    .replaceAll("\n", "\r")
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, "�");
}

/** The line with which the log of a failed attempt ends, as Lambda's Node runtime writes it. */
export function invokeErrorLine(error: FunctionError, at: number): LogLine {
  const { errorType, errorMessage, trace, explanation } = error;
  const body = { errorType, errorMessage, stack: trace, ...(explanation === undefined ? {} : { explanation }) };
  return { at, level: "ERROR", message: `Invoke Error\t${JSON.stringify(body)}` };
}

/** Renders records as Lambda prints them: START, `<ISO>\t<id>\t<LEVEL>\t<message>`, END and REPORT (source: Lambda developer guide). */
export function formatLogRecord(record: LogRecord): string[] {
  const id = record.invocationId;
  const out: string[] = [];
  if (record.startedAt !== null) out.push(`START RequestId: ${id} Version: ${record.version}`);
  for (const line of record.lines) out.push(`${isoTime(line.at)}\t${id}\t${line.level}\t${oneLine(line.message)}`);
  if (record.report !== null) {
    out.push(`END RequestId: ${id}`, formatReport(id, record.report));
  }
  return out;
}

function formatReport(id: string, report: AttemptReport): string {
  const init = report.initMs === null ? "" : `Init Duration: ${report.initMs.toFixed(2)} ms\t`;
  return (
    `REPORT RequestId: ${id}\tDuration: ${report.durationMs.toFixed(2)} ms\tBilled Duration: ${report.billedMs} ms\t` +
    `Memory Size: ${report.memoryMb} MB\tMax Memory Used: ${report.maxMemoryMb} MB\t${init}`
  );
}
