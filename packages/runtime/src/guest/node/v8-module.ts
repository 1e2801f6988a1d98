import { memoryLimitBytes } from "./process.ts";
import { REFUSED_MEMBERS } from "./refused-members.ts";
import { unavailableAll } from "./unavailable.ts";

const ADVICE = "the engine belongs to the platform; for memory see 'Max Memory Used' of the REPORT line";

/** `node:v8`: the limit is real; what is in use an isolate cannot tell, and says 0. */
export const v8Module = {
  ...unavailableAll("v8", REFUSED_MEMBERS["v8"] ?? [], ADVICE),
  ...unavailableAll(
    "v8",
    ["serialize", "deserialize", "Serializer", "Deserializer", "DefaultSerializer", "DefaultDeserializer"],
    "V8's own format is not to be had; use JSON, or structuredClone for a copy",
  ),
  getHeapStatistics: () => ({
    total_heap_size: 0,
    total_heap_size_executable: 0,
    total_physical_size: 0,
    total_available_size: memoryLimitBytes(),
    used_heap_size: 0,
    heap_size_limit: memoryLimitBytes(),
    malloced_memory: 0,
    peak_malloced_memory: 0,
    does_zap_garbage: 0,
    number_of_native_contexts: 1,
    number_of_detached_contexts: 0,
    total_global_handles_size: 0,
    used_global_handles_size: 0,
    external_memory: 0,
  }),
  getHeapSpaceStatistics: (): unknown[] => [],
  setFlagsFromString: (): void => undefined,
  startupSnapshot: { isBuildingSnapshot: (): boolean => false },
};
