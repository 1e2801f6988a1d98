import { Script } from "./script.ts";

/** The keys of every script: all access keys, how many each tenant has, and each tenant's ids in order. */
export const PUT_KEY = new Script(`
-- Stores an access key and keeps count of each tenant's keys, also when a key moves to another tenant.
-- KEYS: 1 keys (hash: id -> "tenant JSON")  2 number of keys by tenant (hash)  3 "tenant id" in order (zset, scores 0)
-- ARGV: 1 access key id  2 tenant  3 stored key (JSON)  4 keys that a tenant may have
-- Result: 1, or 0 when the tenant has as many as it may have
local old = redis.call('HGET', KEYS[1], ARGV[1])
local owner = old and string.match(old, '^(%S+) ')
if owner ~= ARGV[2] then
  if tonumber(redis.call('HGET', KEYS[2], ARGV[2]) or 0) >= tonumber(ARGV[4]) then return 0 end
  if owner then
    redis.call('HINCRBY', KEYS[2], owner, -1)
    redis.call('ZREM', KEYS[3], owner .. ' ' .. ARGV[1])
  end
  redis.call('HINCRBY', KEYS[2], ARGV[2], 1)
end
redis.call('ZADD', KEYS[3], 0, ARGV[2] .. ' ' .. ARGV[1])
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. ' ' .. ARGV[3])
return 1
`);

export const DELETE_KEY = new Script(`
-- Deletes an access key of a tenant, unless nobody could make another one then.
-- KEYS: as above
-- ARGV: 1 access key id  2 tenant
-- Result: 1 deleted, 0 unknown to this tenant, -1 the last usable key with access to everything
local prefix = ARGV[2] .. ' '
local held = redis.call('HGET', KEYS[1], ARGV[1])
if not held or string.sub(held, 1, #prefix) ~= prefix then return 0 end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function keeps(text)
  local key = cjson.decode(string.sub(text, #prefix + 1))
  local expires = tonumber(key.expiresAt)
  -- What earlier versions wrote says nothing of access and has all.
  return key.admin ~= false and key.disabled ~= true and (not expires or expires > now)
end
if keeps(held) then
  local others = 0
  for _, member in ipairs(redis.call('ZRANGEBYLEX', KEYS[3], '[' .. prefix, '(' .. ARGV[2] .. '!')) do
    local id = string.sub(member, #prefix + 1)
    local text = id ~= ARGV[1] and redis.call('HGET', KEYS[1], id)
    if text and keeps(text) then others = others + 1 end
  end
  if others == 0 then return -1 end
end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('ZREM', KEYS[3], prefix .. ARGV[1])
redis.call('HINCRBY', KEYS[2], ARGV[2], -1)
return 1
`);

export const REPLACE_KEY = new Script(`
-- Replaces a stored key if it is still what was read.
-- KEYS: 1 keys
-- ARGV: 1 access key id  2 what was read  3 what to store
-- Result: 1 replaced, 0 not
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
`);
