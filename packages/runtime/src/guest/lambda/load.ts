import { type FunctionError, type GuestSettings, HOST_CALLS, SANDBOX_ERROR_TYPES } from "@sluice/core";
import { notify } from "../bridge/host.ts";
import { requireModule } from "../node/modules.ts";
import { fillEnvironment } from "../node/process.ts";
import { loadWasiProgram, loadWebHandler } from "../lazy.ts";
import { jsonParse, objectKeys, toNumber } from "../primordials.ts";
import type { WebFunction } from "../response/web-handler.ts";
import type { Program } from "../wasi/program.ts";
import { describeError, functionErrorJson } from "./function-error.ts";
import { beginInit, endInit, initFailure } from "./init-phase.ts";
import { judged, setMemoryLimit } from "./memory-limit.ts";

/** The key under which Lambda's runtime marks handlers that stream; wrappers of handlers look for it and pass it on. */
export const STREAMING = Symbol.for("aws.lambda.runtime.handler.streaming");

const INIT_DONE = HOST_CALLS["init.done"].op;

export type Handler = (event: unknown, context: unknown, callback: unknown) => unknown;

export interface ReadyFunction {
  readonly error: undefined;
  readonly settings: GuestSettings;
  readonly handler: Handler;
  /** Parameters that the handler declares: with three, it answers through its callback. */
  readonly arity: number;
  /** It writes its response to a stream (`awslambda.streamifyResponse`). */
  readonly streams: boolean;
}

/** A WASI program takes its event as text and answers text. */
export interface ReadyProgram {
  readonly error: undefined;
  readonly program: Program;
}

/** A function that failed to load answers every invocation with its error. */
export type LoadedFunction = { readonly error: FunctionError } | ReadyFunction | ReadyProgram;

/** The user's bundle in CommonJS form. */
export type Factory = (
  exports: unknown,
  require: (specifier: unknown) => unknown,
  module: { exports: unknown },
  filename: string,
  dirname: string,
) => Promise<void> | undefined;

type Lookup =
  | { readonly handler: Handler; readonly error: undefined }
  | { readonly handler: undefined; readonly error: FunctionError };

/** Runs the user's module, gives what came of it to `serve`, and says by `init.done` whether it can serve. */
export function loadFunction(
  code: Factory | ArrayBuffer,
  settingsJson: string,
  serve: (loaded: LoadedFunction) => void,
): void {
  const settings = jsonParse(settingsJson) as GuestSettings;
  setMemoryLimit(toNumber(settings.memoryLimitInMB));
  beginInit();
  fillEnvironment(settings);
  const finish = (loaded: LoadedFunction): void => {
    endInit();
    serve(loaded);
    notify(INIT_DONE, 0, loaded.error === undefined ? "" : functionErrorJson(loaded.error));
  };
  if (settings.runtime === "wasi") finish(compile(code as ArrayBuffer, settings));
  else evaluate(code as Factory, settings, finish);
}

function compile(code: ArrayBuffer, settings: GuestSettings): LoadedFunction {
  try {
    return { error: undefined, program: new (loadWasiProgram().Program)(code, settings) };
  } catch (error) {
    return { error: judged(describeError(error)) };
  }
}

function evaluate(factory: Factory, settings: GuestSettings, finish: (loaded: LoadedFunction) => void): void {
  const module = { exports: {} as unknown };
  const fail = (error: unknown): void => finish({ error: initFailure() ?? judged(describeError(error)) });
  const ready = (): void => finish(loadedFrom(module.exports, settings));
  try {
    const running = factory(module.exports, requireModule, module, "/var/task/index.js", "/var/task");
    if (running === undefined) ready();
    else void settle(running, ready, fail);
  } catch (error) {
    fail(error);
  }
}

/** A module that awaits at its top level (`toAsyncFactory` of the CLI's bundler). */
async function settle(running: Promise<void>, ready: () => void, fail: (error: unknown) => void): Promise<void> {
  try {
    await running;
  } catch (error) {
    fail(error);
    return;
  }
  ready();
}

function loadedFrom(exports: unknown, settings: GuestSettings): LoadedFunction {
  const failure = initFailure();
  if (failure !== undefined) return { error: failure };
  const { handler, error } = findHandler(exports, settings);
  if (handler === undefined) return { error };
  return { error: undefined, settings, handler, arity: handler.length, streams: isStreaming(handler) };
}

function findHandler(exports: unknown, { handler: name, environment }: GuestSettings): Lookup {
  const direct = memberOf(exports, name);
  if (typeof direct === "function") return { handler: direct as Handler, error: undefined };
  const byDefault = memberOf(exports, "default");
  const nested = memberOf(byDefault, name);
  if (typeof nested === "function") return { handler: nested as Handler, error: undefined };
  if (name === "handler") {
    if (typeof byDefault === "function") return { handler: byDefault as Handler, error: undefined };
    if (isWebFunction(byDefault)) {
      return { handler: loadWebHandler().toHandler(byDefault, { ...environment }), error: undefined };
    }
  }
  const present = exportNames(exports);
  return {
    handler: undefined,
    error: {
      errorType: SANDBOX_ERROR_TYPES.handlerNotFound,
      errorMessage:
        `The module exports no function '${name}'. ` +
        (present === "" ? "It exports nothing." : `It exports: ${present}.`),
      trace: [],
      explanation: `Export it ("export async function ${name}(event, context) { … }") or name another export as the handler.`,
    },
  };
}

/** `export default { fetch(request, env, ctx) { … } }`, or an instance of a class that has it. */
function isWebFunction(value: unknown): value is WebFunction {
  return typeof memberOf(value, "fetch") === "function";
}

/** Lambda's own mark; read here, so that handlers without it load nothing. */
function isStreaming(handler: Handler): boolean {
  return (handler as { readonly [STREAMING]?: unknown })[STREAMING] === "response";
}

function memberOf(owner: unknown, name: string): unknown {
  if ((typeof owner !== "object" && typeof owner !== "function") || owner === null) return undefined;
  return (owner as Record<string, unknown>)[name];
}

function exportNames(exports: unknown): string {
  if ((typeof exports !== "object" && typeof exports !== "function") || exports === null) return "";
  const names = objectKeys(exports);
  let text = "";
  for (let at = 0; at < names.length && at < 20; at++) text += `${at === 0 ? "" : ", "}${names[at]}`;
  return names.length > 20 ? `${text}, …` : text;
}
