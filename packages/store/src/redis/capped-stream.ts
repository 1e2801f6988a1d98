import type { StreamLimits } from "../stream-limits.ts";
import { Script } from "./script.ts";

/**
 * Appends one entry and drops the oldest ones until the stream is within its limits. Redis itself bounds streams by
 * number or age only, so a counter of payload bytes stands beside the stream. Exact: nothing is dropped early.
 */
const APPEND = new Script(`
-- KEYS: 1 stream  2 payload bytes that it holds (counter)
-- ARGV: 1 payload  2 most bytes  3 most entries  4 most age (ms)
-- Result: id of the entry
local id = redis.call('XADD', KEYS[1], '*', 'd', ARGV[1])
local bytes = redis.call('INCRBY', KEYS[2], #ARGV[1])
local count = redis.call('XLEN', KEYS[1])
local maxBytes, maxEntries = tonumber(ARGV[2]), tonumber(ARGV[3])
local oldest = tonumber(string.match(id, '^%d+')) - tonumber(ARGV[4])
while count > 1 do
  local first = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
  if bytes <= maxBytes and count <= maxEntries and tonumber(string.match(first[1], '^%d+')) >= oldest then break end
  redis.call('XDEL', KEYS[1], first[1])
  bytes = redis.call('DECRBY', KEYS[2], #first[2][2])
  count = count - 1
end
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('PEXPIRE', KEYS[2], ARGV[4])
return id
`);

/** An entry as ioredis answers it: id, then field and value. */
export type StreamEntry = [id: string, fields: string[]];

export async function appendCapped(
  redis: Parameters<Script["run"]>[0],
  keys: readonly [stream: string, bytes: string],
  payload: string,
  limits: StreamLimits,
): Promise<void> {
  await APPEND.run(redis, keys, [payload, limits.bytes, limits.entries, limits.ageMs]);
}

export function payloadOf(entry: StreamEntry): string {
  return entry[1][1] ?? "[]";
}
