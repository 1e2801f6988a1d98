import { Script } from "./script.ts";

export const PUT_FUNCTION = new Script(`
-- Publishes a version when the fingerprint changed, sets the triggers when they changed, and tells the listeners.
-- KEYS: 1 function (hash)  2 its versions (hash: number -> JSON)  3 function names of the tenant (sorted set)
--       4 triggers of the tenant (hash: type/name -> "owner JSON")  5 cron triggers of all tenants (hash)
--       6 last version numbers (hash); never deleted, so that a number names the same code for ever
-- ARGV: 1 function key  2 tenant  3 name  4 fingerprint  5 version without its number (JSON)  6 triggers (JSON)
--       7 now (ms)  8 channel, then for each trigger: type/name, bound trigger (JSON)
-- Result: {"taken", type/name, owner} or {"put", version number, version (JSON), published 0|1, triggers changed 0|1}
local name, now = ARGV[3], ARGV[7]
for i = 9, #ARGV, 2 do
  local holder = redis.call('HGET', KEYS[4], ARGV[i])
  local owner = holder and string.match(holder, '^(%S+) ')
  if owner and owner ~= name then return {'taken', ARGV[i], owner} end
end
local old = redis.call('HMGET', KEYS[1], 'latest', 'fingerprint', 'triggers', 'fields', 'version')
local number, version, published, changed = old[1], old[5], 0, 0
if old[2] ~= ARGV[4] then
  published, version = 1, ARGV[5]
  number = tostring(redis.call('HINCRBY', KEYS[6], ARGV[1], 1))
  redis.call('HSET', KEYS[2], number, version)
  redis.call('HSET', KEYS[1], 'latest', number, 'fingerprint', ARGV[4], 'version', version)
  if not old[1] then
    redis.call('HSET', KEYS[1], 'createdAt', now)
    redis.call('ZADD', KEYS[3], 0, name)
  end
end
if old[3] ~= ARGV[6] then
  if old[3] or ARGV[6] ~= '[]' then changed = 1 end
  for field in string.gmatch(old[4] or '', '%S+') do
    redis.call('HDEL', KEYS[4], field)
    redis.call('HDEL', KEYS[5], ARGV[2] .. '/' .. field)
  end
  local fields = {}
  for i = 9, #ARGV, 2 do
    fields[#fields + 1] = ARGV[i]
    redis.call('HSET', KEYS[4], ARGV[i], name .. ' ' .. ARGV[i + 1])
    if string.sub(ARGV[i], 1, 5) == 'cron/' then
      redis.call('HSET', KEYS[5], ARGV[2] .. '/' .. ARGV[i], ARGV[i + 1])
    end
  end
  redis.call('HSET', KEYS[1], 'triggers', ARGV[6], 'fields', table.concat(fields, ' '))
end
if published == 1 or changed == 1 then
  redis.call('HSET', KEYS[1], 'updatedAt', now)
  redis.call('PUBLISH', ARGV[8], ARGV[1])
end
return {'put', number, version, published, changed}
`);

export const DELETE_FUNCTION = new Script(`
-- Removes a function with its versions and triggers, and tells the listeners.
-- KEYS: 1 to 5 as above
-- ARGV: 1 function key  2 tenant  3 name  4 channel
-- Result: 1, or 0 when there was no such function
local fields = redis.call('HGET', KEYS[1], 'fields')
if not fields then return 0 end
for field in string.gmatch(fields, '%S+') do
  redis.call('HDEL', KEYS[4], field)
  redis.call('HDEL', KEYS[5], ARGV[2] .. '/' .. field)
end
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('ZREM', KEYS[3], ARGV[3])
redis.call('PUBLISH', ARGV[4], ARGV[1])
return 1
`);
