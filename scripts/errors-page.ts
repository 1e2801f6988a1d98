import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ERROR_CODES, type SANDBOX_ERROR_TYPES } from "@sluice/core";

type SandboxErrorType = (typeof SANDBOX_ERROR_TYPES)[keyof typeof SANDBOX_ERROR_TYPES];

const FAILURES: Readonly<Record<SandboxErrorType, string>> = {
  "Sandbox.Timedout":
    "the handler, or the module's top level, reached its deadline; the explanation says whether it used the CPU or waited",
  "Runtime.OutOfMemory": "more memory than `memoryMb`: objects, buffers or WebAssembly",
  "Runtime.ExitError":
    "`process.exit`, an exit code other than 0 of a WASI program, or the engine gave up under this event alone",
  "Runtime.Trap":
    "a WASI program trapped: `unreachable`, an access out of bounds, a division by zero; the trace has its frames",
  "Runtime.HandlerNotFound": "the bundle exports no such handler",
  "Runtime.ImportModuleError": "a module that is neither bundled nor provided",
  "Runtime.UserCodeSyntaxError": "the code does not parse",
  "Runtime.UnhandledPromiseRejection": "a promise was rejected and nobody handled it",
  "Runtime.MarshalError": "the result cannot become JSON",
  "Function.ResponseSizeTooLarge": "the result is larger than 6 MiB",
  "Event.AgeExceeded":
    "the event waited longer than `retry.maxEventAgeMs` and was not run again; its dead letter says so",
};

/** `docs/errors.md`, made of the table of error codes. Written by `npx node scripts/errors-page.ts --write`. */
export function errorsPage(): string {
  const rows = Object.entries(ERROR_CODES).map(
    ([code, { status, retryable, meaning, fix }]) =>
      `| \`${code}\` | ${status} | ${retryable ? "yes" : "no"} | ${meaning} | ${fix} |`,
  );
  return [
    "# Errors",
    "",
    'Every service of Sluice answers errors as `{"error":{"code","message","fix","retryable","details"?}}`. A function URL whose function failed is the exception: as on Lambda, it answers 502 with `{"message":"Internal Server Error","invocationId"}`, and the reason is in the log. Codes are stable; messages are for people. The table is made of `packages/core/src/error-codes.ts`, and a test compares them.',
    "",
    "| code | status | try again | meaning | what to do |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
    "",
    "## Failures of functions",
    "",
    "What a function does wrong is no error of the platform: it is in the function's log, in the invocation's status and, for callers with a key, in the result. `errorType` is the class of what was thrown, or one of these:",
    "",
    "| errorType | meaning |",
    "| --- | --- |",
    ...Object.entries(FAILURES).map(([type, meaning]) => `| \`${type}\` | ${meaning} |`),
    "",
  ].join("\n");
}

if (process.argv.includes("--write")) writeFileSync(join(import.meta.dirname, "../docs/errors.md"), errorsPage());
