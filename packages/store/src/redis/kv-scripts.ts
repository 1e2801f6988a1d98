import { Script } from "./script.ts";

/**
 * A tenant's data is one string per key (which Redis expires by itself, to the millisecond) and two sorted sets: all
 * keys in order, and those that expire by the instant. The sets may still hold expired keys, which never count or show:
 * their instant has passed. Writers and lists clear them away, a bounded number at a time.
 */
export const KV_PUT = new Script(`
-- Stores a value unless the tenant holds too many keys.
-- KEYS: 1 value (string)  2 keys in order (sorted set)  3 expiring keys (sorted set, score = ms)
-- ARGV: 1 encoded key  2 encoded value  3 time to live (ms, 0 = for ever)  4 most keys
-- Result: 1 stored, 0 too many keys
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for _, key in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', now, 'LIMIT', 0, 100)) do
  redis.call('ZREM', KEYS[3], key)
  redis.call('ZREM', KEYS[2], key)
end
if not redis.call('ZSCORE', KEYS[2], ARGV[1]) then
  local live = redis.call('ZCARD', KEYS[2]) - redis.call('ZCOUNT', KEYS[3], '-inf', now)
  if live >= tonumber(ARGV[4]) then return 0 end
end
local ttl = tonumber(ARGV[3])
if ttl > 0 then
  local expiry = string.format('%.0f', now + ttl)
  redis.call('SET', KEYS[1], ARGV[2], 'PXAT', expiry)
  redis.call('ZADD', KEYS[3], expiry, ARGV[1])
else
  redis.call('SET', KEYS[1], ARGV[2])
  redis.call('ZREM', KEYS[3], ARGV[1])
end
redis.call('ZADD', KEYS[2], 0, ARGV[1])
return 1
`);

export const KV_DELETE = new Script(`
-- Removes a value.
-- KEYS: as above
-- ARGV: 1 encoded key
-- Result: 1, or 0 when there was none
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
return redis.call('DEL', KEYS[1])
`);

export const KV_LIST = new Script(`
-- A page of live keys in order. Looks at 5,000 keys at most, so that a heap of expired ones cannot hold Redis up: such a
-- page may be short and yet not the last.
-- KEYS: 1 keys in order (sorted set)  2 expiring keys (sorted set, score = ms)
-- ARGV: 1 lower bound  2 upper bound (both as ZRANGEBYLEX takes them)  3 most keys
-- Result: {more 0|1, last key looked at or "", key, key, ...}
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local min, limit, looked, found, last = ARGV[1], tonumber(ARGV[3]), 0, {}, ''
while looked < 5000 do
  local keys = redis.call('ZRANGEBYLEX', KEYS[1], min, ARGV[2], 'LIMIT', 0, 500)
  for _, key in ipairs(keys) do
    local expiry = redis.call('ZSCORE', KEYS[2], key)
    if expiry and tonumber(expiry) <= now then
      redis.call('ZREM', KEYS[1], key)
      redis.call('ZREM', KEYS[2], key)
    else
      if #found == limit then return {1, last, unpack(found)} end
      found[#found + 1] = key
    end
    last = key
  end
  looked = looked + #keys
  if #keys < 500 then return {0, last, unpack(found)} end
  min = '(' .. last
end
return {1, last, unpack(found)}
`);
