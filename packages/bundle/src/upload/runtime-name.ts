import { type UploadFault, uploadFault } from "../archive/upload-fault.ts";

/** Runtimes of Lambda's whose code runs here, with Node's major version. */
const NODE = /^nodejs(20|22|24)\.x$/;
export const CUSTOM_RUNTIME = "provided.al2023";

export type UploadRuntime = "nodejs20.x" | "nodejs22.x" | "nodejs24.x" | typeof CUSTOM_RUNTIME;

const HERE = "nodejs24.x, nodejs22.x and nodejs20.x run JavaScript; provided.al2023 runs a program for WASI";
const LANGUAGES: readonly (readonly [RegExp, string])[] = [
  [/^nodejs/, "use nodejs24.x"],
  [/^python/, "Python does not run here: write the function in JavaScript, or run it where a container can"],
  [/^(?:go|provided)/, "use provided.al2023 with a program that is compiled for wasm32-wasip1 (Go: GOOS=wasip1)"],
  [/^dotnet/, "use provided.al2023 with a program that is compiled for wasm32-wasip1"],
  [/^(?:java|ruby)/, "this language does not run here: write the function in JavaScript"],
];

/** Why a runtime of that name is not taken, with what to use instead; undefined: it is. */
export function runtimeFault(name: string): UploadFault | undefined {
  if (NODE.test(name) || name === CUSTOM_RUNTIME) return undefined;
  const advice = LANGUAGES.find(([pattern]) => pattern.test(name))?.[1];
  const message = `The runtime parameter of ${name.slice(0, 64)} is not supported: ${HERE}.`;
  return uploadFault(advice === undefined ? message : `${message} For ${name.slice(0, 64)}: ${advice}.`);
}

export function nodeMajorOf(runtime: UploadRuntime): string {
  return NODE.exec(runtime)?.[1] ?? "24";
}
