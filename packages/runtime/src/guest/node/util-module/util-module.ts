import { format as formatAll } from "../../console/format.ts";
import { writeLog } from "../../console/log.ts";
import { fillLazily, lazyProperties } from "../lazy-properties.ts";
import { env } from "../process.ts";
import { checkFunction, invalidArgType } from "../node-error.ts";
import { setImmediate, setTimeout } from "../../timers/timers.ts";
import { loadTimersPromises } from "../../lazy.ts";
import { isDeepStrictEqual } from "./deep-equal.ts";
import { inspect } from "./inspect-function.ts";
import { callbackify, promisify } from "./promisify.ts";
import { parseArgs } from "./parse-args.ts";
import { stripVTControlCharacters, styleText } from "./style-text.ts";
import { types } from "./types.ts";

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;
type Warn = { emitWarning(text: string, type: string, code?: string): void };

const format = (...args: unknown[]): string => formatAll(args);

fillLazily(setTimeout, promisify.custom, () => loadTimersPromises().timersPromises.setTimeout);
fillLazily(setImmediate, promisify.custom, () => loadTimersPromises().timersPromises.setImmediate);

function inherits(constructor: unknown, parent: unknown): void {
  checkFunction(constructor, "ctor");
  checkFunction(parent, "superCtor");
  const prototype = parent.prototype as object | undefined;
  if (prototype === undefined) throw invalidArgType("superCtor.prototype", "of type object", prototype);
  Object.defineProperty(constructor, "super_", { value: parent, writable: true, configurable: true });
  Object.setPrototypeOf(constructor.prototype as object, prototype);
}

const warnedCodes = new Set<string>();

function deprecate(original: unknown, message: string, code?: string): AnyFunction {
  checkFunction(original, "fn");
  let warned = false;
  function deprecated(this: unknown, ...args: unknown[]): unknown {
    if (!warned) {
      warned = true;
      if (code === undefined || !warnedCodes.has(code)) {
        if (code !== undefined) warnedCodes.add(code);
        (globalThis.process as Warn).emitWarning(message, "DeprecationWarning", code);
      }
    }
    if (new.target) return Reflect.construct(original as AnyFunction, args, new.target) as unknown;
    return Reflect.apply(original as AnyFunction, this, args);
  }
  Object.setPrototypeOf(deprecated, original);
  if (original.prototype !== undefined) deprecated.prototype = original.prototype as object;
  return deprecated;
}

/** Writes to the log when NODE_DEBUG names the section. */
function debuglog(section: string) {
  const names = (env["NODE_DEBUG"] ?? "").split(/[\s,]+/).filter((name) => name !== "");
  const enabled = names.some((name) =>
    new RegExp(`^${name.replace(/[.+^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")}$`, "i").test(section),
  );
  const log = (...args: unknown[]): void => {
    if (enabled) writeLog("ERROR", `${section.toUpperCase()} 1: ${format(...args)}`);
  };
  return Object.assign(log, { enabled });
}

function aborted(signal: { aborted: boolean; reason: unknown; addEventListener: AnyFunction }): Promise<void> {
  if (typeof signal !== "object" || (signal as unknown) === null) {
    return Promise.reject(invalidArgType("signal", "an instance of AbortSignal", signal));
  }
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => void signal.addEventListener("abort", () => resolve(), { once: true }));
}

function parseEnv(content: string): Record<string, string> {
  const parsed: Record<string, string> = {};
  const line = /^\s*(?:export\s+)?([\w.-]+)\s*=[^\S\n]*(?:"((?:\\"|[^"])*)"|'([^']*)'|`([^`]*)`|([^#\n]*))/gm;
  for (const [, name = "", double, single, back, plain] of content.matchAll(line)) {
    parsed[name] = double?.replaceAll("\\n", "\n") ?? single ?? back ?? plain?.trim() ?? "";
  }
  return parsed;
}

/** `node:util`. */
export const util = lazyProperties(
  {
    promisify,
    callbackify,
    inherits,
    inspect,
    format,
    formatWithOptions: (_options: unknown, ...args: unknown[]): string => format(...args),
    types,
    deprecate,
    isDeepStrictEqual,
    isArray: Array.isArray,
    debuglog,
    debug: debuglog,
    aborted,
    parseArgs,
    parseEnv,
    styleText,
    stripVTControlCharacters,
    toUSVString: (text: unknown): string => String(text).toWellFormed(),
    getCallSites: (): unknown[] => [],
    _extend: (target: object, source: unknown): object =>
      typeof source === "object" && source !== null ? Object.assign(target, source) : target,
  },
  {
    TextEncoder: () => globalThis.TextEncoder,
    TextDecoder: () => globalThis.TextDecoder,
  },
);
