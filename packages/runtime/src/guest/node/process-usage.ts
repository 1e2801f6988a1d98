import type { ProcessUsage } from "@sluice/core";
import { callSync } from "../bridge/host.ts";
import { loadTextDecoder } from "../lazy.ts";
import { memoryLimitBytes } from "./process.ts";

/** What the host last measured of this isolate, with the whole of the heap and of the buffers as its memory. */
function usage(): ProcessUsage & { readonly rss: number } {
  const { TextDecoder } = loadTextDecoder();
  const told = JSON.parse(new TextDecoder().decode(callSync("process.usage", ""))) as ProcessUsage;
  return { ...told, rss: told.heapTotal + told.external };
}

export function memoryUsage() {
  const { rss, heapTotal, heapUsed, external } = usage();
  return { rss, heapTotal, heapUsed, external, arrayBuffers: external };
}

/** Microseconds, as Node says them; `previous` is an earlier answer to count from. */
export function cpuUsage(previous?: unknown) {
  const { user = 0, system = 0 } = (previous ?? {}) as { readonly user?: number; readonly system?: number };
  return { user: usage().cpuMs * 1000 - user, system: 0 - system };
}

const NOT_COUNTED = (
  "sharedMemorySize unsharedDataSize unsharedStackSize minorPageFault majorPageFault swappedOut fsRead fsWrite " +
  "ipcSent ipcReceived signalsCount voluntaryContextSwitches involuntaryContextSwitches"
).split(" ");

export function resourceUsage(): Record<string, number> {
  const { cpuMs, rss } = usage();
  const counted = { userCPUTime: cpuMs * 1000, systemCPUTime: 0, maxRSS: Math.ceil(rss / 1024) };
  return { ...counted, ...Object.fromEntries(NOT_COUNTED.map((name) => [name, 0])) };
}

export function heapStatistics(): Record<string, number> {
  const { heapTotal, heapUsed, external } = usage();
  const limit = memoryLimitBytes();
  return {
    total_heap_size: heapTotal,
    total_heap_size_executable: 0,
    total_physical_size: heapTotal,
    total_available_size: Math.max(0, limit - heapUsed),
    used_heap_size: heapUsed,
    heap_size_limit: limit,
    malloced_memory: 0,
    peak_malloced_memory: 0,
    does_zap_garbage: 0,
    number_of_native_contexts: 1,
    number_of_detached_contexts: 0,
    total_global_handles_size: 0,
    used_global_handles_size: 0,
    external_memory: external,
  };
}
