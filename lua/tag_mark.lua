-- Purpose: raises the marks of tags to a new epoch: an eviction (hard) or an expiry (soft). Then trims what is too old or too much.
-- KEYS: epoch marks
-- ARGV: publish retention cap member...
--   publish    the command for messages: PUBLISH, or SPUBLISH where they stay with the servers that have the slot
--   retention  microseconds for which a mark is kept
--   cap        marks kept at most
--   member     'h' or 's' and the tag's id, once per tag
-- Prelude: clock server_run
-- Reply: {stamp before, stamp now, floor}, or {} when the partition is incomplete or this is another server than it was: sync first, then repeat
-- Cost: O(n log m) for n tags and m marks; entries are not touched, however many carry the tag; a message
local stamp = redis.call('GET', KEYS[1])
local floor = redis.call('ZSCORE', KEYS[2], 'floor')
if not stamp or not floor then
  return {}
end

local number, generation, run = string.match(stamp, '^(%d+):(%x+):(%x+)$')
if server_run() ~= run then
  return {}
end

local now = clock()
local epoch = math.max(tonumber(number) + 1, now)
local score = string.format('%.0f', epoch)
local after = score .. ':' .. generation .. ':' .. run
local members = {}
for i = 4, #ARGV do
  redis.call('ZADD', KEYS[2], score, ARGV[i])
  members[i - 3] = #ARGV[i] .. ':' .. ARGV[i]
end
redis.call('SET', KEYS[1], after)

-- A dropped mark lives on in the floor: everything begun before it counts as evicted.
floor = tonumber(floor)
local raised = floor
local excess = redis.call('ZCARD', KEYS[2]) - 1 - tonumber(ARGV[3])
local oldest = redis.call('ZRANGE', KEYS[2], 0, #ARGV + 8, 'WITHSCORES')
for i = 1, #oldest, 2 do
  local at = tonumber(oldest[i + 1])
  if oldest[i] ~= 'floor' and (excess > 0 or at <= floor or at < now - tonumber(ARGV[2])) then
    redis.call('ZREM', KEYS[2], oldest[i])
    excess = excess - 1
    raised = math.max(raised, at)
  end
end
local lowest = string.format('%.0f', raised)
if raised > floor then
  redis.call('ZADD', KEYS[2], lowest, 'floor')
end
redis.pcall(ARGV[1], KEYS[1], 'm' .. stamp .. ' ' .. after .. ' ' .. lowest .. ' ' .. table.concat(members))
return {stamp, after, lowest}
