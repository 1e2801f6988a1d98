import { Script } from "./script.ts";

export const CHANGE_FUNCTION = new Script(`
-- Writes a function as it is after a change, if nobody changed it since it was read; publishes a version, takes the
-- names of its triggers and tells the listeners.
-- KEYS: 1 function (hash)  2 its published versions (hash: number -> JSON)  3 function names of the tenant (sorted set)
--       4 triggers of the tenant (hash: type/name -> "owner JSON")  5 cron triggers of all tenants (hash)
--       6 functions with provisioned concurrency (set of function keys)
--       7 http triggers of all tenants (hash: id of the URL -> JSON)
--       8 last version numbers (hash); never deleted, so that a number names the same code for ever
-- ARGV: 1 function key  2 tenant  3 name  4 channel  5 etag as read ("" when there was no function)  6 record (JSON)
--       7 revision of $LATEST  8 version to publish (JSON without its number), or ""
--       9 1 when triggers change, else 0  10 1 with provisioned concurrency, else 0
--       then for each trigger: type/name, bound trigger (JSON), id of the URL or ""
-- Result: {"changed meanwhile"}, {"taken", type/name, owner} or {"done", published number or ""}
local name = ARGV[3]
if (redis.call('HGET', KEYS[1], 'etag') or '') ~= ARGV[5] then return {'changed meanwhile'} end
for i = 11, #ARGV, 3 do
  local holder = redis.call('HGET', KEYS[4], ARGV[i])
  local owner = holder and string.match(holder, '^(%S+) ')
  if owner and owner ~= name then return {'taken', ARGV[i], owner} end
end
if ARGV[5] == '' then redis.call('ZADD', KEYS[3], 0, name) end
redis.call('HSET', KEYS[1], 'record', ARGV[6])
redis.call('HINCRBY', KEYS[1], 'etag', 1)
redis.call(ARGV[10] == '1' and 'SADD' or 'SREM', KEYS[6], ARGV[1])
local number = ''
if ARGV[8] ~= '' then
  number = tostring(redis.call('HINCRBY', KEYS[8], ARGV[1], 1))
  redis.call('HSET', KEYS[2], number, ARGV[8])
  redis.call('HSET', KEYS[1], 'published', number, 'publishedRevision', ARGV[7])
end
if ARGV[9] == '1' then
  for field in string.gmatch(redis.call('HGET', KEYS[1], 'fields') or '', '%S+') do
    redis.call('HDEL', KEYS[4], field)
    redis.call('HDEL', KEYS[5], ARGV[2] .. '/' .. field)
  end
  for id in string.gmatch(redis.call('HGET', KEYS[1], 'urls') or '', '%S+') do redis.call('HDEL', KEYS[7], id) end
  local fields, urls = {}, {}
  for i = 11, #ARGV, 3 do
    fields[#fields + 1] = ARGV[i]
    redis.call('HSET', KEYS[4], ARGV[i], name .. ' ' .. ARGV[i + 1])
    if string.sub(ARGV[i], 1, 5) == 'cron/' then
      redis.call('HSET', KEYS[5], ARGV[2] .. '/' .. ARGV[i], ARGV[i + 1])
    end
    if ARGV[i + 2] ~= '' then
      urls[#urls + 1] = ARGV[i + 2]
      redis.call('HSET', KEYS[7], ARGV[i + 2], ARGV[i + 1])
    end
  end
  redis.call('HSET', KEYS[1], 'fields', table.concat(fields, ' '), 'urls', table.concat(urls, ' '))
end
redis.call('PUBLISH', ARGV[4], ARGV[1])
return {'done', number}
`);

export const DELETE_FUNCTION = new Script(`
-- Removes a function with its versions and triggers, and tells the listeners.
-- KEYS: 1 to 7 as above
-- ARGV: 1 function key  2 tenant  3 name  4 channel
-- Result: 1, or 0 when there was no such function
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
for field in string.gmatch(redis.call('HGET', KEYS[1], 'fields') or '', '%S+') do
  redis.call('HDEL', KEYS[4], field)
  redis.call('HDEL', KEYS[5], ARGV[2] .. '/' .. field)
end
for id in string.gmatch(redis.call('HGET', KEYS[1], 'urls') or '', '%S+') do redis.call('HDEL', KEYS[7], id) end
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('ZREM', KEYS[3], ARGV[3])
redis.call('SREM', KEYS[6], ARGV[1])
redis.call('PUBLISH', ARGV[4], ARGV[1])
return 1
`);

export const DELETE_VERSION = new Script(`
-- Removes a published version, and tells the listeners.
-- KEYS: 1 published versions of the function
-- ARGV: 1 function key  2 number  3 channel
-- Result: 1, or 0 when there was no such version
if redis.call('HDEL', KEYS[1], ARGV[2]) == 0 then return 0 end
redis.call('PUBLISH', ARGV[3], ARGV[1])
return 1
`);
