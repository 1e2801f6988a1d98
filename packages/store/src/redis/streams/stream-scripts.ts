import { Script } from "../script.ts";

/**
 * A record stream in Redis is a hash about it and, for each shard, a Redis stream and a counter of its bytes; all of
 * one hash tag. Entries have Redis' own ids, so a record's number comes from the clock of Redis and never goes back.
 */
export const STREAM_INDEX = new Script(`
-- Adds a name to the tenant's, unless there are too many.
-- KEYS: 1 names (sorted set in order)
-- ARGV: 1 name  2 most names
-- Result: 1, or 0 when there are too many
if redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 1 end
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[1], 0, ARGV[1])
return 1
`);

export const STREAM_CREATE = new Script(`
-- Makes a stream unless there is one.
-- KEYS: 1 meta (hash)
-- ARGV: 1 record  2 retention (ms)
-- Result: 1, or 0 when there was one
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
redis.call('HSET', KEYS[1], 'record', ARGV[1], 'retention', ARGV[2], 'created', now)
return 1
`);

export const STREAM_UPDATE = new Script(`
-- Replaces the record of a stream that nobody else changed meanwhile; its data then live as long as it says.
-- KEYS: 1 meta (hash), then stream and bytes of every shard
-- ARGV: 1 record before  2 record after  3 retention (ms)
-- Result: 1, or 0 when it changed
if redis.call('HGET', KEYS[1], 'record') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'record', ARGV[2], 'retention', ARGV[3])
for i = 2, #KEYS do redis.call('PEXPIRE', KEYS[i], ARGV[3]) end
return 1
`);

export const STREAM_PUT = new Script(`
-- Appends records, and drops the oldest of the shards that became too old or too large.
-- KEYS: 1 meta (hash), then stream and bytes (counter) of each shard that records go to
-- ARGV: 1 channel  2 stream's record as the caller knows it  3 most bytes of a shard, then of each record
--       index of its shard among the keys, shard, partition key, data
-- Result: {1, id, ...}, or {0} when the stream is gone or another
if redis.call('HGET', KEYS[1], 'record') ~= ARGV[2] then return { 0 } end
local retention = tonumber(redis.call('HGET', KEYS[1], 'retention'))
local time = redis.call('TIME')
local oldest = time[1] * 1000 + math.floor(time[2] / 1000) - retention
local result, told = { 1 }, {}
for i = 4, #ARGV, 4 do
  local at = 2 * tonumber(ARGV[i])
  result[#result + 1] = redis.call('XADD', KEYS[at], '*', 'k', ARGV[i + 2], 'd', ARGV[i + 3])
  redis.call('INCRBY', KEYS[at + 1], #ARGV[i + 2] + #ARGV[i + 3])
  if not told[at] then redis.call('PUBLISH', ARGV[1], ARGV[i + 1]) end
  told[at] = true
end
for at = 2, #KEYS, 2 do
  local bytes, count = tonumber(redis.call('GET', KEYS[at + 1])), redis.call('XLEN', KEYS[at])
  for _ = 1, 5000 do
    local first = redis.call('XRANGE', KEYS[at], '-', '+', 'COUNT', 1)[1]
    if count <= 1 or (bytes <= tonumber(ARGV[3]) and tonumber(string.match(first[1], '^%d+')) >= oldest) then break end
    redis.call('XDEL', KEYS[at], first[1])
    bytes = redis.call('DECRBY', KEYS[at + 1], #first[2][2] + #first[2][4])
    count = count - 1
  end
  redis.call('PEXPIRE', KEYS[at], string.format('%.0f', retention))
  redis.call('PEXPIRE', KEYS[at + 1], string.format('%.0f', retention))
end
return result
`);

export const STREAM_READ = new Script(`
-- Records from a place on; what is older than the retention is not there any more, removed or not.
-- KEYS: 1 meta (hash)  2 stream of the shard
-- ARGV: 1 first id, '(' before it when it is excluded  2 most records  3 most bytes
-- Result: {1, ms behind the newest record, {id, partition key, data}, ...}, or {0} when there is no stream
local retention = tonumber(redis.call('HGET', KEYS[1], 'retention'))
if not retention then return { 0 } end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local from, oldest = ARGV[1], now - retention
if tonumber(string.match(from, '%d+')) < oldest then from = string.format('%.0f', oldest) end
local most, mostBytes = tonumber(ARGV[2]), tonumber(ARGV[3])
local result, bytes, more, last = { 1, 0 }, 0, true, nil
while more and #result - 2 < most do
  -- Few at a time: records may be large, and not all of them may fit.
  local entries = redis.call('XRANGE', KEYS[2], from, '+', 'COUNT', math.min(16, most - #result + 2))
  if #entries == 0 then break end
  for _, entry in ipairs(entries) do
    local size = #entry[2][2] + #entry[2][4]
    if last and bytes + size > mostBytes then more = false break end
    bytes = bytes + size
    last = entry[1]
    result[#result + 1] = { entry[1], entry[2][2], entry[2][4] }
  end
  from = '(' .. (last or '')
end
if last and #redis.call('XRANGE', KEYS[2], '(' .. last, '+', 'COUNT', 1) > 0 then
  result[2] = math.max(1, now - tonumber(string.match(last, '^%d+')))
end
return result
`);

export const STREAM_HEAD = new Script(`
-- KEYS: 1 meta (hash)  2 stream of the shard
-- Result: {1, now (ms), newest id or ""}, or {0} when there is no stream
if redis.call('EXISTS', KEYS[1]) == 0 then return { 0 } end
local time = redis.call('TIME')
local newest = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)[1]
return { 1, string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)), newest and newest[1] or '' }
`);
