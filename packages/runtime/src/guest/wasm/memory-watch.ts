import type { FunctionError } from "@sluice/core";
import { judgeErrorsBy, memoryLimitMb, outOfMemory } from "../lambda/memory-limit.ts";
import { PAGES_PER_MB } from "./memory-cap.ts";
import type { WasmMemory } from "./wasm-types.ts";

const PAGE_BYTES = 65_536;
/** Programs ask for room in steps: one that fails with less than this share left has run out. */
const FULL_SHARE = 0.75;
const WATCHED_MAX = 256;

/** Memories that were made here; weak, because an instance that nobody holds must not stay. */
let watched: WeakRef<WasmMemory>[] = [];
let denied = false;

export function maxPages(): number {
  return memoryLimitMb() * PAGES_PER_MB;
}

export function watch(memory: WasmMemory): void {
  if (watched.length >= WATCHED_MAX)
    watched = watched.filter((ref) => ref.deref() !== undefined).slice(-WATCHED_MAX / 2);
  watched.push(new WeakRef(memory));
}

/** A memory was refused its size, by its maker or by `grow`. */
export function noteDenied(): void {
  denied = true;
}

function isFull(memory: WasmMemory): boolean {
  return memory.buffer.byteLength / PAGE_BYTES >= maxPages() * FULL_SHARE;
}

const SYMPTOMS = ["RuntimeError", "RangeError", "Aborted", "Error"];

/** Code that was refused memory fails in its own way: mostly by a trap. Its error is told as what it is. */
judgeErrorsBy((error: FunctionError): FunctionError => {
  if (!SYMPTOMS.includes(error.errorType)) return error;
  const full = watched.some((ref) => {
    const memory = ref.deref();
    return memory !== undefined && isFull(memory);
  });
  if (!denied && !(full && error.errorType === "RuntimeError")) return error;
  return outOfMemory(`WebAssembly ran out of memory: ${error.errorType}: ${error.errorMessage}`, error.trace);
});
