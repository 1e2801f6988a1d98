import { loadConsoleModule, loadFormat, loadTable } from "../lazy.ts";
import { framesOf } from "../lambda/function-error.ts";
import {
  captureStackTrace,
  dateNow,
  IntrinsicMap,
  mapDelete,
  mapGet,
  mapSet,
  objectDefineProperty,
  stringIncludes,
  stringIndexOf,
  stringRepeat,
  stringSlice,
  tag,
  toText,
} from "../primordials.ts";
import type { LogLevel } from "./log-budget.ts";
import { writeLog } from "./log.ts";

type Log = (...args: unknown[]) => void;
type Write = (level: LogLevel, args: readonly unknown[]) => void;

/** Node's console; the global one writes to the host's log: one call, one entry of the log. */
export function createConsole(emit: (level: LogLevel, text: string) => void = writeLog): object {
  let depth = 0;
  const write: Write = (level, args) => {
    const text = formatArguments(args);
    emit(level, depth === 0 ? text : indent(text, depth));
  };
  const group: Log = (...args) => {
    if (args.length > 0) write("INFO", args);
    depth++;
  };
  const guestConsole = {
    ...loggers(write),
    ...counters(write),
    ...stopwatches(write),
    group,
    groupCollapsed: group,
    groupEnd: (): void => {
      if (depth > 0) depth--;
    },
  };
  tag(guestConsole, "console");
  if (emit === writeLog) objectDefineProperty(guestConsole, "Console", LAZY_CLASS);
  return guestConsole;
}

/** `console.Console`, for whoever asks. */
const LAZY_CLASS = {
  __proto__: null,
  configurable: true,
  enumerable: true,
  get: (): unknown => loadConsoleModule().Console,
} as PropertyDescriptor;

function loggers(write: Write): Record<string, Log> {
  const at =
    (level: LogLevel): Log =>
    (...args) =>
      write(level, args);
  return {
    log: at("INFO"),
    info: at("INFO"),
    debug: at("DEBUG"),
    warn: at("WARN"),
    error: at("ERROR"),
    dirxml: at("INFO"),
    dir: (value, options) => write("INFO", [loadFormat().inspect(value, options as object | undefined)]),
    table: (data, columns) => write("INFO", [loadTable().formatTable(data, columns) ?? data]),
    timeStamp: () => undefined,
    profile: () => undefined,
    profileEnd: () => undefined,
    clear: () => undefined,
    trace: (...args) => {
      const holder = { stack: "" };
      captureStackTrace(holder);
      const message = formatArguments(args);
      write("TRACE", [`Trace${message === "" ? "" : `: ${message}`}${framesOf(holder)}`]);
    },
    assert: (condition, ...args) => {
      if (condition) return;
      if (args.length === 0) write("WARN", ["Assertion failed"]);
      else write("WARN", [`Assertion failed: ${formatArguments(args)}`]);
    },
  };
}

function counters(write: Write): Record<string, Log> {
  const counts = new IntrinsicMap<string, number>();
  return {
    count: (label) => {
      const name = labelOf(label);
      const count = (mapGet(counts, name) ?? 0) + 1;
      mapSet(counts, name, count);
      write("INFO", [`${name}: ${count}`]);
    },
    countReset: (label) => {
      mapDelete(counts, labelOf(label));
    },
  };
}

function stopwatches(write: Write): Record<string, Log> {
  const started = new IntrinsicMap<string, number>();
  const timeLog: Log = (label, ...args) => {
    const name = labelOf(label);
    const since = mapGet(started, name);
    if (since === undefined) write("WARN", [`No such label '${name}' for console.time()`]);
    else
      write("INFO", [
        `${name}: ${durationText(dateNow() - since)}${args.length === 0 ? "" : ` ${formatArguments(args)}`}`,
      ]);
  };
  return {
    time: (label) => {
      mapSet(started, labelOf(label), dateNow());
    },
    timeLog,
    timeEnd: (label) => {
      timeLog(label);
      mapDelete(started, labelOf(label));
    },
  };
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

function durationText(ms: number): string {
  return ms < 1000 ? `${ms}ms` : `${ms / 1000}s`;
}
