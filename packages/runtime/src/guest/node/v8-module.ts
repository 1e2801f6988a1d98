import { heapStatistics } from "./process-usage.ts";
import { REFUSED_MEMBERS } from "./refused-members.ts";
import { unavailableAll } from "./unavailable.ts";

const ADVICE = "the engine belongs to the platform; for memory see 'Max Memory Used' of the REPORT line";

/** `node:v8`: the limit and what is in use are real, and the rest of the engine is not for guests. */
export const v8Module = {
  ...unavailableAll("v8", REFUSED_MEMBERS["v8"] ?? [], ADVICE),
  ...unavailableAll(
    "v8",
    ["serialize", "deserialize", "Serializer", "Deserializer", "DefaultSerializer", "DefaultDeserializer"],
    "V8's own format is not to be had; use JSON, or structuredClone for a copy",
  ),
  getHeapStatistics: heapStatistics,
  getHeapSpaceStatistics: (): unknown[] => [],
  setFlagsFromString: (): void => undefined,
  startupSnapshot: { isBuildingSnapshot: (): boolean => false },
};
