import { parentPort } from "node:worker_threads";
import type { MappingReply, MappingRequest } from "./mapping-messages.ts";
import { type ParsedMap, parseMap } from "./parsed-map.ts";

/** Entry of the thread: answers one request after the other. */
const maps = new Map<string, ParsedMap>();

parentPort?.on("message", ({ digest, map, positions, forget }: MappingRequest) => {
  for (const old of forget) maps.delete(old);
  if (map !== undefined) maps.set(digest, parseMap(map));
  const known = maps.get(digest);
  const reply: MappingReply = positions.map((position) => known?.(position) ?? null);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, not a window
  parentPort?.postMessage(reply);
});
