import { Script } from "../script.ts";

export const QUEUE_INDEX = new Script(`
-- Adds a name to the tenant's, unless there are too many.
-- KEYS: 1 names (sorted set in order)
-- ARGV: 1 name  2 most names
-- Result: 1, or 0 when there are too many
if redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 1 end
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[1], 0, ARGV[1])
return 1
`);

/** Fields of the meta hash that scripts read, beside the record that people see. */
export const QUEUE_CREATE = new Script(`
-- Makes a queue unless there is one.
-- KEYS: 1 meta (hash)
-- ARGV: 1 id, 2 record, then fields and values
-- Result: {created 0|1, id, record, created (ms), modified (ms), revision}
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
local created = 0
if redis.call('EXISTS', KEYS[1]) == 0 then
  created = 1
  redis.call('HSET', KEYS[1], 'id', ARGV[1], 'record', ARGV[2], 'created', now, 'modified', now, 'revision', 1, 'bytes', 0)
  redis.call('HSET', KEYS[1], unpack(ARGV, 3))
end
return { created, unpack(redis.call('HMGET', KEYS[1], 'id', 'record', 'created', 'modified', 'revision')) }
`);

export const QUEUE_UPDATE = new Script(`
-- Replaces the record of a queue that nobody else changed meanwhile.
-- KEYS: 1 meta (hash)
-- ARGV: 1 id  2 revision  3 record, then fields and values
-- Result: modified (ms), or nil when it changed
local has = redis.call('HMGET', KEYS[1], 'id', 'revision')
if has[1] ~= ARGV[1] or has[2] ~= ARGV[2] then return nil end
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
redis.call('HSET', KEYS[1], 'record', ARGV[3], 'modified', now, unpack(ARGV, 4))
redis.call('HINCRBY', KEYS[1], 'revision', 1)
return now
`);
