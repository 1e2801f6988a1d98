import {
  captureStackTrace,
  dateNow,
  IntrinsicMap,
  mapDelete,
  mapGet,
  mapSet,
  stringIncludes,
  stringIndexOf,
  stringRepeat,
  stringSlice,
  tag,
  toText,
} from "../primordials.ts";
import { loadFormat, loadTable } from "../lazy.ts";
import { framesOf } from "../lambda/function-error.ts";
import type { LogLevel } from "./log-budget.ts";
import { writeLog } from "./log.ts";

/** Node's console over the host's log: one call, one entry of the log. */
export function createConsole(): object {
  let depth = 0;
  const counts = new IntrinsicMap<string, number>();
  const timers = new IntrinsicMap<string, number>();

  const write = (level: LogLevel, args: readonly unknown[]): void => {
    const text = formatArguments(args);
    writeLog(level, depth === 0 ? text : indent(text, depth));
  };
  const logger =
    (level: LogLevel) =>
    (...args: unknown[]): void =>
      write(level, args);
  const elapsed = (label: unknown, args: unknown[]): void => {
    const name = labelOf(label);
    const started = mapGet(timers, name);
    if (started === undefined) write("WARN", [`No such label '${name}' for console.time()`]);
    else write("INFO", args.length === 0 ? [elapsedText(name, started)] : [elapsedText(name, started), ...args]);
  };
  const group = (...args: unknown[]): void => {
    if (args.length > 0) write("INFO", args);
    depth++;
  };

  const guestConsole = {
    log: logger("INFO"),
    info: logger("INFO"),
    debug: logger("DEBUG"),
    warn: logger("WARN"),
    error: logger("ERROR"),
    dirxml: logger("INFO"),
    dir: (value: unknown, options?: object): void => write("INFO", [loadFormat().inspect(value, options)]),
    trace: (...args: unknown[]): void => {
      const holder = { stack: "" };
      captureStackTrace(holder);
      const message = formatArguments(args);
      write("TRACE", [`Trace${message === "" ? "" : `: ${message}`}${framesOf(holder)}`]);
    },
    assert: (condition: unknown, ...args: unknown[]): void => {
      if (condition) return;
      if (typeof args[0] === "string") args[0] = `Assertion failed: ${args[0]}`;
      else args = args.length === 0 ? ["Assertion failed"] : ["Assertion failed:", ...args];
      write("WARN", args);
    },
    count: (label?: unknown): void => {
      const name = labelOf(label);
      const count = (mapGet(counts, name) ?? 0) + 1;
      mapSet(counts, name, count);
      write("INFO", [`${name}: ${count}`]);
    },
    countReset: (label?: unknown): void => {
      mapDelete(counts, labelOf(label));
    },
    time: (label?: unknown): void => {
      mapSet(timers, labelOf(label), dateNow());
    },
    timeLog: (label?: unknown, ...args: unknown[]): void => elapsed(label, args),
    timeEnd: (label?: unknown): void => {
      elapsed(label, []);
      mapDelete(timers, labelOf(label));
    },
    group,
    groupCollapsed: group,
    groupEnd: (): void => {
      if (depth > 0) depth--;
    },
    table: (data: unknown, columns?: unknown): void => {
      const table = loadTable().formatTable(data, columns);
      write("INFO", [table ?? data]);
    },
  };
  tag(guestConsole, "console");
  return guestConsole;
}

/** Text alone needs no formatter, and the formatter is not loaded for it. */
function formatArguments(args: readonly unknown[]): string {
  const first = args[0];
  if (args.length === 1 && typeof first === "string") return first;
  let text = "";
  for (let at = 0; at < args.length; at++) {
    const argument = args[at];
    if (typeof argument !== "string" || (at === 0 && stringIncludes(argument, "%"))) return loadFormat().format(args);
    text += at === 0 ? argument : ` ${argument}`;
  }
  return text;
}

function indent(text: string, depth: number): string {
  const margin = stringRepeat("  ", depth);
  let indented = margin;
  let from = 0;
  for (;;) {
    const newline = stringIndexOf(text, "\n", from);
    if (newline < 0) return indented + stringSlice(text, from);
    indented += stringSlice(text, from, newline + 1) + margin;
    from = newline + 1;
  }
}

function labelOf(label: unknown): string {
  return label === undefined ? "default" : toText(label);
}

function elapsedText(label: string, startedAt: number): string {
  const ms = dateNow() - startedAt;
  return ms < 1000 ? `${label}: ${ms}ms` : `${label}: ${(ms / 1000).toFixed(3)}s`;
}
