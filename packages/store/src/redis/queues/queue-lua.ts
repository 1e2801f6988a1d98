import { Script } from "../script.ts";

/**
 * A message queue in Redis is the keys below, all of one hash tag; each script takes all of them. A message is known by
 * its sequence, counted up by the queue, and is in exactly one place:
 *
 * 1. delayed, until its delay ends;
 * 2. visible: `ready` holds its sequence, or in a FIFO queue `line` holds it and `ready` its group;
 * 3. flying, until its visibility ends: received and not yet deleted;
 * 4. moving, until a lease ends: received too often, on its way to the dead-letter queue. That one has a hash tag of its
 *    own, so the way takes two steps, and a lease that ended begins it again (`REDIS_QUEUE_ARRIVE` knows who came).
 *
 * In `bodies`, `states` and `sent` it stays all the while, so no step between places can lose it. `ready` has a FIFO
 * group only while none of its messages flies. Whoever looks first puts what is due where it belongs.
 */
const KEYS = `
-- KEYS: 1 meta (hash)  2 bodies (hash: sequence, payload)  3 states (hash: sequence, count:first:last:token:group)
--       4 ready (sorted set: sequence, or group by its first sequence)  5 delayed (sorted set, score = ms)
--       6 flying (sorted set, score = ms)  7 sent (sorted set, score = ms)  8 moving (sorted set, score = ms)
--       9 line (sorted set in order of group and sequence)  10 busy (hash: group, messages in flight)
--       11 dedup (hash: key, sequence:message id)  12 dedup ends (sorted set, score = ms)
`;

export const QUEUE_KEYS = [
  "meta",
  "bodies",
  "states",
  "ready",
  "delayed",
  "flying",
  "sent",
  "moving",
  "line",
  "busy",
  "dedup",
  "dedup-ends",
] as const;

const STEPS = `
local meta, bodies, states, ready, delayed, flying, sent, moving, line, busy, dedup, dedupEnds = unpack(KEYS)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local fifo = redis.call('HGET', meta, 'fifo') == '1'
local function text(number) return string.format('%.0f', number) end
local function setting(name) return tonumber(redis.call('HGET', meta, name)) end

local function read(id)
  local state = redis.call('HGET', states, id)
  if not state then return nil end
  local count, first, last, token, group = string.match(state, '^(%d*):(%d*):(%d*):([^:]*):(.*)$')
  return { count = tonumber(count), first = first, last = last, token = token, group = group }
end
local function write(id, s)
  redis.call('HSET', states, id, table.concat({ s.count, s.first, s.last, s.token, s.group }, ':'))
end
local function place(id, group) return group .. '\\31' .. string.format('%016.0f', tonumber(id)) end

-- Shows a group to receivers when it has a visible message and none in flight.
local function offer(group)
  if redis.call('HEXISTS', busy, group) == 1 then return end
  local from = '[' .. group .. '\\31'
  local member = redis.call('ZRANGEBYLEX', line, from, from .. '~', 'LIMIT', 0, 1)[1]
  if member then redis.call('ZADD', ready, text(tonumber(string.sub(member, #group + 2))), group)
  else redis.call('ZREM', ready, group) end
end
local function enter(id, group)
  if not fifo then redis.call('ZADD', ready, id, id) return end
  redis.call('ZADD', line, 0, place(id, group))
  offer(group)
end
local function leave(id, group)
  if fifo then redis.call('ZREM', line, place(id, group)) else redis.call('ZREM', ready, id) end
end
local function land(id, group)
  if redis.call('ZREM', flying, id) == 0 or not fifo then return end
  if redis.call('HINCRBY', busy, group, -1) <= 0 then redis.call('HDEL', busy, group) end
end
local function drop(id)
  local s = read(id)
  if not s then return end
  land(id, s.group)
  leave(id, s.group)
  redis.call('HINCRBY', meta, 'bytes', -redis.call('HSTRLEN', bodies, id))
  redis.call('HDEL', bodies, id)
  redis.call('HDEL', states, id)
  for _, key in ipairs({ delayed, sent, moving }) do redis.call('ZREM', key, id) end
  if fifo then offer(s.group) end
end

-- Puts up to so many messages where their time says they belong.
local function tidy(most)
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', sent, '-inf', text(now - setting('retention')), 'LIMIT', 0, 1000)) do
    drop(id)
  end
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', delayed, '-inf', now, 'LIMIT', 0, most)) do
    redis.call('ZREM', delayed, id)
    enter(id, read(id).group)
  end
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', flying, '-inf', now, 'LIMIT', 0, most)) do
    local group = read(id).group
    land(id, group)
    enter(id, group)
  end
end
local function add(payload, group, visibleAt, sentAt)
  local id = text(redis.call('HINCRBY', meta, 'sequence', 1))
  redis.call('HINCRBY', meta, 'bytes', #payload)
  redis.call('HSET', bodies, id, payload)
  write(id, { count = 0, first = '', last = '', token = '', group = group })
  redis.call('ZADD', sent, text(sentAt), id)
  if visibleAt > now then redis.call('ZADD', delayed, text(visibleAt), id) else enter(id, group) end
  return id
end
local function full(bytes, mostMessages, mostBytes)
  return redis.call('HLEN', bodies) >= tonumber(mostMessages) or setting('bytes') + bytes > tonumber(mostBytes)
end
local function forget()
  for _, key in ipairs(redis.call('ZRANGEBYSCORE', dedupEnds, '-inf', now, 'LIMIT', 0, 1000)) do
    redis.call('ZREM', dedupEnds, key)
    redis.call('HDEL', dedup, key)
  end
end
local function known(key)
  local ends = redis.call('ZSCORE', dedupEnds, key)
  return ends and tonumber(ends) > now and redis.call('HGET', dedup, key)
end
local function remember(key, value, ms)
  redis.call('HSET', dedup, key, value)
  redis.call('ZADD', dedupEnds, text(now + ms), key)
end
if redis.call('EXISTS', meta) == 0 then return { 0 } end
`;

/** A script on a queue that exists: its result begins with 1, or is {0} when there is none. */
export function queueScript(head: string, body: string): Script {
  return new Script(`${head.trim()}${KEYS}${STEPS}${body}`);
}
