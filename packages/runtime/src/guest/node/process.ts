import { type GuestSettings, SANDBOX_ERROR_TYPES } from "@sluice/core";
import { startedAt } from "../clock.ts";
import { writeLog } from "../console/log.ts";
import { runningInvocation } from "../lambda/invocation.ts";
import { failInit } from "../lambda/init-phase.ts";
import { failInvocation } from "../lambda/outcome.ts";
import { dateNow, floor, IntrinsicError, IntrinsicTypeError, reflectApply, toText } from "../primordials.ts";
import { queueMicrotask } from "../timers/timers.ts";

/** Put in by the bundler: the Node release that the platform runs on. */
declare const __NODE_VERSIONS__: { readonly version: string; readonly v8: string; readonly arch: string };

const env: Record<string, string> = {};

/** Lambda's own variables first, then the function's. */
export function fillEnvironment(settings: GuestSettings): void {
  env["AWS_REGION"] = settings.region;
  env["AWS_DEFAULT_REGION"] = settings.region;
  env["AWS_LAMBDA_FUNCTION_NAME"] = settings.functionName;
  env["AWS_LAMBDA_FUNCTION_VERSION"] = settings.functionVersion;
  env["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] = settings.memoryLimitInMB;
  env["AWS_LAMBDA_LOG_GROUP_NAME"] = settings.logGroupName;
  env["AWS_LAMBDA_LOG_STREAM_NAME"] = settings.logStreamName;
  env["_HANDLER"] = `index.${settings.handler}`;
  env["LAMBDA_TASK_ROOT"] = "/var/task";
  env["TZ"] = ":UTC";
  for (const [name, value] of Object.entries(settings.environment)) env[name] = value;
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

/** Ends the invocation (or the initialisation) as Lambda does when the process ends under it. */
function exit(code?: unknown): never {
  const status = code ?? guestProcess.exitCode ?? 0;
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
  if (typeof callback !== "function") {
    throw new IntrinsicTypeError('The "callback" argument must be of type function');
  }
  queueMicrotask(() => reflectApply(callback as () => unknown, undefined, args));
}

function emitWarning(warning: unknown): void {
  const name = warning instanceof Error ? warning.name : "Warning";
  writeLog("WARN", `${name}: ${warning instanceof Error ? warning.message : toText(warning)}`);
}

function outputStream(level: "INFO" | "ERROR") {
  return {
    isTTY: false,
    write: (text: unknown): boolean => {
      const line = toText(text);
      writeLog(level, line.endsWith("\n") ? line.slice(0, -1) : line);
      return true;
    },
  };
}

const { version, v8, arch } = __NODE_VERSIONS__;

export const guestProcess = {
  env,
  exitCode: undefined as number | undefined,
  argv: ["/var/runtime/node", "/var/task/index.js"],
  title: "sluice",
  platform: "linux",
  arch,
  version,
  versions: { node: version.slice(1), v8 },
  stdout: outputStream("INFO"),
  stderr: outputStream("ERROR"),
  cwd: (): string => "/var/task",
  uptime: (): number => (dateNow() - startedAt) / 1000,
  hrtime,
  exit,
  nextTick,
  emitWarning,
  ...refusals({
    memoryUsage: "the memory of an attempt is in its REPORT line ('Max Memory Used')",
    cpuUsage: "the duration of an attempt is in its REPORT line",
    chdir: "a function has no file system",
    kill: "a function has no processes; return from the handler, or throw",
    abort: "return from the handler, or throw",
    on: "an isolate gets no process events; handle errors and rejections where they arise",
    once: "an isolate gets no process events; handle errors and rejections where they arise",
    binding: "a function has no native modules",
    dlopen: "a function has no native modules",
  }),
};

/** Methods that Node has and that would lie here: calling one says why and what to do. */
function refusals<K extends string>(reasons: Record<K, string>): Record<K, () => never> {
  const methods = {} as Record<K, () => never>;
  for (const name of Object.keys(reasons) as K[]) {
    methods[name] = () => {
      throw new IntrinsicError(`process.${name}() is not available in a Sluice function: ${reasons[name]}.`);
    };
  }
  return methods;
}
