import { type GuestSettings, SANDBOX_ERROR_TYPES } from "@sluice/core";
import { startedAt } from "../clock.ts";
import { writeLog } from "../console/log.ts";
import { runningInvocation } from "../lambda/invocation.ts";
import { failInit } from "../lambda/init-phase.ts";
import { failInvocation } from "../lambda/outcome.ts";
import { loadProcessEmitter, loadProcessUsage } from "../lazy.ts";
import { dateNow, floor, IntrinsicError, tag, toText } from "../primordials.ts";
import { checkCallback } from "../timers/run-callback.ts";
import { processFacts } from "./process-facts.ts";
import { tellProcess } from "./process-events.ts";
import { enqueueTick } from "./tick-queue.ts";
import { unavailable } from "./unavailable.ts";

export const env: Record<string, string> = {};
let memoryLimitMb = 128;

/** What the function may use, for `os.totalmem` and its like. */
export function memoryLimitBytes(): number {
  return memoryLimitMb * 1024 * 1024;
}

/** Lambda's own variables first, then the function's. */
export function fillEnvironment(settings: GuestSettings): void {
  env["AWS_REGION"] = settings.region;
  env["AWS_DEFAULT_REGION"] = settings.region;
  env["AWS_LAMBDA_FUNCTION_NAME"] = settings.functionName;
  env["AWS_LAMBDA_FUNCTION_VERSION"] = settings.functionVersion;
  env["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] = settings.memoryLimitInMB;
  env["AWS_LAMBDA_LOG_GROUP_NAME"] = settings.logGroupName;
  env["AWS_LAMBDA_LOG_STREAM_NAME"] = settings.logStreamName;
  env["AWS_LAMBDA_INITIALIZATION_TYPE"] = settings.provisioned ? "provisioned-concurrency" : "on-demand";
  const { runtime, handler } = settings.upload ?? { runtime: "nodejs24.x", handler: `index.${settings.handler}` };
  env["AWS_EXECUTION_ENV"] = `AWS_Lambda_${runtime}`;
  env["AWS_XRAY_CONTEXT_MISSING"] = "LOG_ERROR";
  env["_HANDLER"] = handler;
  env["LAMBDA_TASK_ROOT"] = "/var/task";
  env["LAMBDA_RUNTIME_DIR"] = "/var/runtime";
  env["NODE_PATH"] = "/opt/nodejs/node24/node_modules:/opt/nodejs/node_modules:/var/runtime/node_modules:/var/task";
  env["LD_LIBRARY_PATH"] = "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/task:/var/task/lib:/opt/lib";
  env["PATH"] = "/var/lang/bin:/usr/local/bin:/usr/bin:/bin";
  env["LANG"] = "en_US.UTF-8";
  env["TZ"] = ":UTC";
  for (const [name, value] of Object.entries(settings.environment)) env[name] = value;
  memoryLimitMb = Number(settings.memoryLimitInMB);
}

function hrtime(previous?: readonly [number, number]): [number, number] {
  const elapsed = dateNow() - startedAt;
  let seconds = floor(elapsed / 1000);
  let nanoseconds = (elapsed % 1000) * 1e6;
  if (previous !== undefined) {
    seconds -= previous[0];
    nanoseconds -= previous[1];
    if (nanoseconds < 0) {
      seconds--;
      nanoseconds += 1e9;
    }
  }
  return [seconds, nanoseconds];
}
hrtime.bigint = (): bigint => BigInt(dateNow() - startedAt) * 1_000_000n;

/** A listener that throws cannot keep the invocation alive. */
function tellExit(status: unknown): void {
  try {
    tellProcess("exit", status);
  } catch (error) {
    writeLog("ERROR", `Error in a listener of process.on("exit"): ${error instanceof Error ? error.message : "?"}`);
  }
  guestProcess.exitCode = undefined;
}

/** Ends the invocation (or the initialisation) as Lambda does when the process ends under it. */
function exit(code?: unknown): never {
  const status = code ?? guestProcess.exitCode ?? 0;
  tellExit(status);
  const invocation = runningInvocation();
  const reason =
    status === 0
      ? "Runtime exited without providing a reason"
      : `Runtime exited with error: exit status ${toText(status)}`;
  const error = {
    errorType: SANDBOX_ERROR_TYPES.exited,
    errorMessage: invocation === undefined ? reason : `RequestId: ${invocation.requestId} Error: ${reason}`,
    trace: [],
    explanation: "The function called process.exit(). Return from the handler, or throw, instead.",
  };
  if (invocation !== undefined) failInvocation(invocation, error);
  else failInit(error);
  throw new IntrinsicError("process.exit() was called");
}

function nextTick(callback: unknown, ...args: unknown[]): void {
  enqueueTick(checkCallback(callback), args);
}

interface WarningOptions {
  readonly type?: string;
  readonly code?: string;
  readonly detail?: string;
}

/** One line in the log, and the event for whoever listens. */
function emitWarning(warning: unknown, options?: string | WarningOptions, code?: string): void {
  const {
    type = "Warning",
    code: optionCode,
    detail,
  } = typeof options === "string" ? { type: options } : (options ?? {});
  const error = warning instanceof Error ? warning : new IntrinsicError(toText(warning));
  if (!(warning instanceof Error)) {
    error.name = type;
    const stable = code ?? optionCode;
    if (stable !== undefined) Object.assign(error, { code: stable });
    if (detail !== undefined) Object.assign(error, { detail });
  }
  const { code: shown } = error as { code?: unknown };
  const suffix = detail === undefined ? "" : `\n${detail}`;
  writeLog("WARN", `${shown === undefined ? "" : `[${toText(shown)}] `}${error.name}: ${error.message}${suffix}`);
  enqueueTick(() => tellProcess("warning", error), []);
}

const EMITTER_METHODS = (
  "on once off emit addListener removeListener removeAllListeners prependListener " +
  "prependOnceListener listeners rawListeners listenerCount eventNames setMaxListeners " +
  "getMaxListeners"
).split(" ");

/** The log has whole lines: a write is one entry, whatever its line breaks. */
function outputStream(level: "INFO" | "ERROR", fd: number) {
  const stream: Record<string, unknown> & { write(chunk: unknown): boolean } = {
    fd,
    isTTY: false,
    writable: true,
    columns: 80,
    write: (chunk: unknown, encoding?: unknown, callback?: unknown): boolean => {
      const text = typeof chunk === "string" ? chunk : Buffer.from(chunk as Uint8Array).toString();
      writeLog(level, text.endsWith("\n") ? text.slice(0, -1) : text);
      const done = typeof encoding === "function" ? encoding : callback;
      if (typeof done === "function") nextTick(done);
      return true;
    },
    end: (chunk?: unknown): void => {
      if (chunk !== undefined) stream.write(chunk);
    },
    getColorDepth: (): number => 1,
    hasColors: (): boolean => false,
    ...emitterMethods(() => stream),
  };
  return stream;
}

/** An output of the log never errs, drains or closes: nothing is ever emitted. */
function emitterMethods(self: () => unknown): Record<string, (...args: unknown[]) => unknown> {
  const chain = (): unknown => self();
  const methods: Record<string, (...args: unknown[]) => unknown> = {};
  for (const name of [...EMITTER_METHODS, "cork", "uncork", "destroy"]) methods[name] = chain;
  return { ...methods, emit: () => false, listenerCount: () => 0 };
}

/** Stand-ins that turn the process into an emitter when the first of them is called. */
function lazyEmitter(): Record<string, (...args: unknown[]) => unknown> {
  const methods: Record<string, (...args: unknown[]) => unknown> = {};
  for (const name of EMITTER_METHODS) {
    methods[name] = (...args) => {
      for (const each of EMITTER_METHODS) delete (guestProcess as Record<string, unknown>)[each];
      const emitter = loadProcessEmitter().makeEmitter(guestProcess);
      return Reflect.apply(emitter[name as "emit"], emitter, args as [string]);
    };
  }
  return methods;
}

const NO_MODULES = "a function has no native modules; use a WebAssembly build of the package";
const NO_PROCESSES = "a function has no processes; return from the handler, or throw";

export const guestProcess = {
  ...processFacts,
  env,
  exitCode: undefined as unknown,
  stdout: outputStream("INFO", 1),
  stderr: outputStream("ERROR", 2),
  stdin: { fd: 0, isTTY: false, ...emitterMethods(() => undefined) },
  uptime: (): number => (dateNow() - startedAt) / 1000,
  hrtime,
  exit,
  reallyExit: exit,
  nextTick,
  emitWarning,
  constrainedMemory: memoryLimitBytes,
  availableMemory: memoryLimitBytes,
  ...lazyEmitter(),
  memoryUsage: Object.assign(() => loadProcessUsage().memoryUsage(), {
    rss: (): number => loadProcessUsage().memoryUsage().rss,
  }),
  cpuUsage: (previous?: unknown) => loadProcessUsage().cpuUsage(previous),
  threadCpuUsage: (previous?: unknown) => loadProcessUsage().cpuUsage(previous),
  resourceUsage: () => loadProcessUsage().resourceUsage(),
  chdir: unavailable("process", "chdir", "a function stays in /var/task; write absolute paths"),
  kill: unavailable("process", "kill", NO_PROCESSES),
  abort: unavailable("process", "abort", "return from the handler, or throw"),
  binding: unavailable("process", "binding", NO_MODULES),
  dlopen: unavailable("process", "dlopen", NO_MODULES),
};

// Packages tell Node from browsers by it.
tag(guestProcess, "process");
