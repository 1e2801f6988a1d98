import { queueScript } from "./queue-lua.ts";

export const QUEUE_SEND = queueScript(
  `
-- Adds messages, each by itself.
-- ARGV: 1 channel  2 most messages  3 most bytes of the queue  4 window of deduplication (ms), then of each message
--       payload, its weight, delay (ms, -1 = the queue's), group, deduplication id, digest of the body, message id
-- Result: {1, {code, sequence, message id}, ...}; codes: 1 sent  2 duplicate  -1 full  -2 too large  -3 no group
--         -4 no deduplication id
`,
  `
tidy(100)
forget()
local function one(payload, weight, delay, group, key, digest, id)
  if tonumber(weight) > setting('largest') then return { -2 } end
  if fifo then
    if group == '' then return { -3 } end
    if key == '' and redis.call('HGET', meta, 'content') == '1' then key = digest end
    if key == '' then return { -4 } end
    if redis.call('HGET', meta, 'scope') == 'messageGroup' then key = group .. '\\31' .. key end
    key = 'id:' .. key
    local before = known(key)
    if before then return { 2, string.match(before, '^(%d+):(.*)$') } end
  end
  if full(#payload, ARGV[2], ARGV[3]) then return { -1 } end
  delay = tonumber(delay)
  local visibleAt = now + (delay < 0 and setting('delay') or delay)
  if fifo then
    -- A delay that became shorter must not let a message overtake its group.
    visibleAt = math.max(visibleAt, setting('lastVisible') or 0)
    redis.call('HSET', meta, 'lastVisible', text(visibleAt))
  end
  local sequence = add(payload, fifo and group or '', visibleAt, now)
  if fifo then remember(key, sequence .. ':' .. id, tonumber(ARGV[4])) end
  return { 1, sequence, id }
end
local result = { 1 }
for i = 5, #ARGV, 7 do
  result[#result + 1] = one(ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4], ARGV[i + 5], ARGV[i + 6])
end
redis.call('PUBLISH', ARGV[1], '')
return result
`,
);

export const QUEUE_ARRIVE = queueScript(
  `
-- Takes in a message that another queue gave up; the same one comes in once.
-- ARGV: 1 channel  2 most messages  3 most bytes of the queue  4 payload  5 group  6 sent (ms)  7 key of the move
--       8 how long to know it (ms)
-- Result: {1, 1 in the queue | 0 full}
`,
  `
tidy(100)
forget()
local key = 'move:' .. ARGV[7]
if known(key) then return { 1, 1 } end
if full(#ARGV[4], ARGV[2], ARGV[3]) then return { 1, 0 } end
local sequence = add(ARGV[4], fifo and ARGV[5] or '', now, fifo and now or tonumber(ARGV[6]))
remember(key, sequence, tonumber(ARGV[8]))
redis.call('PUBLISH', ARGV[1], '')
return { 1, 1 }
`,
);

export const QUEUE_RECEIVE = queueScript(
  `
-- Hands out visible messages, oldest first, and says which must move to the dead-letter queue.
-- ARGV: 1 most messages  2 most bytes  3 visibility (ms, -1 = the queue's)  4 token of the receipts  5 most in flight
--       6 most in flight of a FIFO queue  7 lease of a move (ms)
-- Result: {1, over the limit 0|1, ms until something is due or -1, wait of the queue (ms), dead-letter queue or "",
--          {{sequence, count, first received, sent, payload}, ...}, {{sequence, sent, group, payload}, ...}}
`,
  `
local most, mostBytes, token = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[4]
tidy(math.max(most, 1000))
local visibility = tonumber(ARGV[3])
if visibility < 0 then visibility = setting('visibility') end
local target, allowed = redis.call('HGET', meta, 'target'), setting('receives')
local room = tonumber(ARGV[fifo and 6 or 5]) - redis.call('ZCARD', flying)
local found, moves, bytes, movedBytes = {}, {}, 0, 0
local function move(id, group)
  -- First: a server whose memory is full lets a script grow that has begun to shrink.
  redis.call('ZREM', moving, id)
  redis.call('ZADD', moving, text(now + tonumber(ARGV[7])), id)
  local payload = redis.call('HGET', bodies, id)
  movedBytes = movedBytes + #payload
  moves[#moves + 1] = { id, redis.call('ZSCORE', sent, id), group, payload }
end
local function done() return #found >= most or #found >= room or #moves >= 100 or movedBytes > 8388608 end
for _, id in ipairs(redis.call('ZRANGEBYSCORE', moving, '-inf', now, 'LIMIT', 0, 10)) do
  local group = read(id).group
  if target ~= '' then move(id, group)
  else
    redis.call('ZREM', moving, id)
    enter(id, group)
  end
end
-- Answers 1 handed out, 0 moved away, nil no room for it.
local function take(id)
  local length = redis.call('HSTRLEN', bodies, id)
  if #found > 0 and bytes + length > mostBytes then return nil end
  local s = read(id)
  leave(id, s.group)
  if target ~= '' and s.count >= allowed then
    move(id, s.group)
    return 0
  end
  s.count, s.last, s.token = s.count + 1, text(now), token
  if s.first == '' then s.first = s.last end
  write(id, s)
  redis.call('ZADD', flying, text(now + visibility), id)
  bytes = bytes + length
  found[#found + 1] = { id, s.count, s.first, redis.call('ZSCORE', sent, id), redis.call('HGET', bodies, id) }
  return 1
end
local function takeGroup(group)
  local from, taken, more = '[' .. group .. '\\31', 0, true
  for _, member in ipairs(redis.call('ZRANGEBYLEX', line, from, from .. '~', 'LIMIT', 0, most - #found + 100)) do
    if done() then break end
    local took = take(text(tonumber(string.sub(member, #group + 2))))
    if not took then more = false break end
    taken = taken + took
  end
  if taken > 0 then redis.call('HSET', busy, group, taken) redis.call('ZREM', ready, group)
  else offer(group) end
  return more
end
if fifo then
  while not done() do
    local group = redis.call('ZRANGE', ready, 0, 0)[1]
    if not group or not takeGroup(group) then break end
  end
else
  for _, id in ipairs(redis.call('ZRANGE', ready, 0, most + 99)) do
    if done() or not take(id) then break end
  end
end
local due = -1
for _, key in ipairs({ delayed, flying, moving }) do
  local score = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')[2]
  if score and (due < 0 or tonumber(score) - now < due) then due = math.max(0, tonumber(score) - now) end
end
return { 1, room <= 0 and 1 or 0, due, setting('wait'), target, found, moves }
`,
);

export const QUEUE_MOVED = queueScript(
  `
-- Ends the move of a message that the dead-letter queue has.
-- ARGV: 1 sequence
-- Result: {1}
`,
  `
if redis.call('ZSCORE', moving, ARGV[1]) then drop(ARGV[1]) end
return { 1 }
`,
);

export const QUEUE_DELETE = queueScript(
  `
-- Deletes messages by receipt. A receipt that a later one replaced deletes nothing, and says so in a FIFO queue only.
-- ARGV: of each receipt sequence, token
-- Result: {1, code, ...}; codes: 1 done  -1 expired
`,
  `
tidy(1000)
local result = { 1 }
for i = 1, #ARGV, 2 do
  local id = ARGV[i]
  local s, code = read(id), 1
  if s and s.token == ARGV[i + 1] and (not fifo or redis.call('ZSCORE', flying, id)) then drop(id)
  elseif s and fifo then code = -1 end
  result[#result + 1] = code
end
return result
`,
);

export const QUEUE_CHANGE_VISIBILITY = queueScript(
  `
-- Moves the end of the visibility of messages in flight.
-- ARGV: 1 channel  2 longest flight since the receive (ms), then of each change sequence, token, visibility (ms)
-- Result: {1, code, ...}; codes: 1 done  -1 not in flight under this receipt  -2 too long
`,
  `
tidy(1000)
local result = { 1 }
for i = 3, #ARGV, 3 do
  local id, ms = ARGV[i], tonumber(ARGV[i + 2])
  local s, code = read(id), 1
  if not s or s.token ~= ARGV[i + 1] or not redis.call('ZSCORE', flying, id) then code = -1
  elseif now + ms - tonumber(s.last) > tonumber(ARGV[2]) then code = -2
  elseif ms > 0 then redis.call('ZADD', flying, text(now + ms), id)
  else
    land(id, s.group)
    enter(id, s.group)
    redis.call('PUBLISH', ARGV[1], '')
  end
  result[#result + 1] = code
end
return result
`,
);

export const QUEUE_DEPTH = queueScript(
  `
-- ARGV: none
-- Result: {1, visible, in flight, delayed, age of the oldest message (ms)}
`,
  `
tidy(1000)
local oldest = redis.call('ZRANGE', sent, 0, 0, 'WITHSCORES')[2]
return {
  1, redis.call('ZCARD', fifo and line or ready), redis.call('ZCARD', flying) + redis.call('ZCARD', moving),
  redis.call('ZCARD', delayed), oldest and math.max(0, now - tonumber(oldest)) or 0,
}
`,
);

export const QUEUE_PURGE = queueScript(
  `
-- Drops all messages, in flight or not; what was sent lately is still known as a duplicate.
-- ARGV: 1 shortest time between two purges (ms)
-- Result: {1, 1 done | 0 too soon}
`,
  `
if now < (setting('purged') or 0) + tonumber(ARGV[1]) then return { 1, 0 } end
redis.call('UNLINK', bodies, states, ready, delayed, flying, sent, moving, line, busy)
redis.call('HSET', meta, 'purged', text(now), 'bytes', 0)
return { 1, 1 }
`,
);
