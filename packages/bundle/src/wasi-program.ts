import { readFile } from "node:fs/promises";
import { LIMITS } from "@sluice/core";
import { sha256 } from "./artifact-digest.ts";
import type { BundleResult } from "./bundle.ts";

/** `\0asm` and the binary format's version; components have the same four bytes and another version. */
const MAGIC = "0061736d";
const MODULE_VERSION = "01000000";

/** A program for the runtime `wasi` is deployed as it is: its artifact is the file. */
export async function readWasiProgram(entry: string): Promise<BundleResult> {
  const code = await readFile(entry);
  const message = wasiFault(code);
  if (message !== undefined) return { ok: false, faults: [{ message }] };
  return { ok: true, bundle: { code, digest: sha256(code), sourceMap: undefined, warnings: [] } };
}

export function wasiFault(code: Buffer): string | undefined {
  if (code.toString("hex", 0, 4) !== MAGIC) {
    return "is not a WebAssembly file; the runtime 'wasi' takes a program that was compiled for wasm32-wasip1";
  }
  if (code.toString("hex", 4, 8) !== MODULE_VERSION) {
    return "is a WebAssembly component; the runtime 'wasi' takes a module: compile for wasm32-wasip1, not wasip2";
  }
  if (code.length > LIMITS.codeBytesMax) {
    return `is ${code.length} bytes; at most ${LIMITS.codeBytesMax} are taken: optimise for size, or strip debug sections`;
  }
  return undefined;
}
