import { type FunctionError, type GuestSettings, LIMITS, SANDBOX_ERROR_TYPES } from "@sluice/core";
import { describeError } from "../lambda/function-error.ts";
import { judged, memoryLimitMb } from "../lambda/memory-limit.ts";
import { guestProcess } from "../node/process.ts";
import { guestWebAssembly } from "../wasm/web-assembly.ts";
import type { WasmModule } from "../wasm/wasm-types.ts";
import { LogPipe, OutputTooLarge, ResultPipe } from "./stdio.ts";
import { MODULE_NAME, System } from "./system.ts";
import { createTmp } from "./tmp-files.ts";

export interface ProgramRun {
  /** JSON text. */
  readonly event: string;
  readonly requestId: string;
  readonly deadlineMs: number;
}

export type ProgramEnd =
  | { readonly json: string; readonly error: undefined }
  | { readonly json: undefined; readonly error: FunctionError };

const MIB = 1024 * 1024;
const TMP_BYTES_MAX = 64 * MIB;

/** A WASI preview 1 command: compiled once, with a fresh instance for every invocation. */
export class Program {
  readonly #module: WasmModule;
  readonly #name: string;

  /** @throws Error named Runtime.ImportModuleError, or of the engine's when it is no module */
  constructor(bytes: ArrayBuffer, settings: GuestSettings) {
    this.#module = new guestWebAssembly.Module(bytes);
    this.#name = settings.functionName;
    checkForm(this.#module);
  }

  run({ event, requestId, deadlineMs }: ProgramRun): ProgramEnd {
    const output = new ResultPipe();
    const log = new LogPipe();
    const variables = { ...guestProcess.env, SLUICE_REQUEST_ID: requestId, SLUICE_DEADLINE_MS: String(deadlineMs) };
    const system = new System({
      args: [this.#name],
      environment: Object.entries(variables).map(([name, value]) => `${name}=${value}`),
      stdin: new TextEncoder().encode(event),
      files: [output, log, createTmp(Math.min(TMP_BYTES_MAX, (memoryLimitMb() * MIB) / 2))],
    });
    try {
      const instance = new guestWebAssembly.Instance(this.#module, { [MODULE_NAME]: system.imports });
      const code = system.run(instance);
      log.end();
      if (code !== 0) return failed(exited(code, log.lastLines));
      return { json: toJson(output.end()), error: undefined };
    } catch (error) {
      log.end();
      return failed(error instanceof OutputTooLarge ? tooLarge(output.bytes) : trapped(error, log.lastLines));
    }
  }
}

function checkForm(module: WasmModule): void {
  const { imports, exports } = guestWebAssembly.Module;
  const foreign = imports(module).filter((entry) => entry.module !== MODULE_NAME || entry.kind !== "function");
  if (foreign.length > 0) {
    const names = foreign.slice(0, 5).map((entry) => `${entry.module}.${entry.name}`);
    throw unusable(
      `it imports ${names.join(", ")}${foreign.length > 5 ? ", …" : ""}, and only functions of ${MODULE_NAME} are there: ` +
        "compile for wasm32-wasip1, without JavaScript bindings",
    );
  }
  const exported = exports(module).map(({ name }) => name);
  if (!exported.includes("_start")) {
    throw unusable(
      `it exports no '_start'${exported.includes("_initialize") ? " but '_initialize': it is a reactor" : ""}; ` +
        "build a command: a program with a main function",
    );
  }
  if (!exported.includes("memory")) throw unusable("it exports no 'memory'");
}

function unusable(reason: string): Error {
  const error = new Error(`The program cannot be run: ${reason}.`);
  error.name = SANDBOX_ERROR_TYPES.importFailed;
  return error;
}

/** JSON is the result as it is; other text is a string without the newline at its end; nothing is null. */
function toJson(output: string): string {
  const text = output.trim();
  if (text === "") return "null";
  try {
    JSON.parse(text);
    return text;
  } catch {
    return JSON.stringify(output.replace(/\r?\n$/, ""));
  }
}

function failed(error: FunctionError): ProgramEnd {
  return { json: undefined, error };
}

function exited(code: number, lastLines: readonly string[]): FunctionError {
  const said =
    lastLines.length === 0
      ? "It wrote nothing to standard error."
      : `Last lines of standard error:\n${lastLines.join("\n")}`;
  return {
    errorType: SANDBOX_ERROR_TYPES.exited,
    errorMessage: `The program exited with code ${code}`,
    trace: [],
    explanation: said,
  };
}

/** What ends a program without its will: `unreachable` (an abort or a panic), a bad access, a stack that is used up. */
function trapped(thrown: unknown, lastLines: readonly string[]): FunctionError {
  const error = judged(describeError(thrown));
  const { errorType, errorMessage, trace } = error;
  if (errorType !== "RuntimeError" && errorType !== "RangeError") return error;
  const said = lastLines.length === 0 ? "" : ` Last lines of standard error:\n${lastLines.join("\n")}`;
  return {
    errorType: SANDBOX_ERROR_TYPES.trapped,
    errorMessage: `The program trapped: ${errorMessage}`,
    trace,
    explanation: `The WebAssembly engine stopped the program.${said}`,
  };
}

function tooLarge(bytes: number): FunctionError {
  return {
    errorType: SANDBOX_ERROR_TYPES.responseTooLarge,
    errorMessage: `Response payload size (over ${bytes} bytes) exceeded maximum allowed payload size (${LIMITS.payloadBytesMax} bytes).`,
    trace: [],
    explanation: "Store large results, for example in object storage, and print their address.",
  };
}
