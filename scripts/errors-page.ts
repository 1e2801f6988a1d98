import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ERROR_CODES } from "@sluice/core";

/** `docs/errors.md`, made of the table of error codes. Written by `node scripts/run.mjs scripts/errors-page.ts --write`. */
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
    "| `Sandbox.Timedout` | the handler, or the module's top level, reached its deadline; the explanation says whether it used the CPU or waited |",
    "| `Runtime.OutOfMemory` | more memory than `memoryMb` |",
    "| `Runtime.ExitError` | `process.exit`, or the engine gave up under this event alone |",
    "| `Runtime.Trap` | a WebAssembly program did what WebAssembly forbids, and was stopped there |",
    "| `Runtime.HandlerNotFound` | the bundle exports no such handler |",
    "| `Runtime.ImportModuleError` | a module that is neither bundled nor provided |",
    "| `Runtime.UserCodeSyntaxError` | the code does not parse |",
    "| `Runtime.UnhandledPromiseRejection` | a promise was rejected and nobody handled it |",
    "| `Runtime.MarshalError` | the result cannot become JSON |",
    "| `Function.ResponseSizeTooLarge` | the result is larger than 6 MiB |",
    "",
  ].join("\n");
}

if (process.argv.includes("--write")) writeFileSync(join(import.meta.dirname, "../docs/errors.md"), errorsPage());
