-- Purpose: invalidates tags at a new epoch: an eviction or an expiry. Then drops the tag invalidations that are too old or too many.
-- KEYS: epoch marks
-- ARGV: publish retention cap member...
--   publish    the command for messages: PUBLISH, or SPUBLISH if they stay on the servers that have the slot
--   retention  microseconds for which a tag invalidation is kept
--   cap        the maximum number of tag invalidations that are kept
--   member     'h' for an eviction or 's' for an expiry, and the tag's id, once per tag
-- Prelude: clock server_run
-- Reply: {stamp before, stamp now, floor}, or {} if the partition is incomplete or this is another server than it was: sync first, then try again
-- Cost: O(n log i) for n tags and i tag invalidations; entries are not touched, however many carry the tag; a message
local stamp = redis.call('GET', KEYS[1])
local floor = redis.call('ZSCORE', KEYS[2], 'floor')
if not stamp or not floor then
  return {}
end

local before, generation, run = string.match(stamp, '^(%d+):(%x+):(%x+)$')
if server_run() ~= run then
  return {}
end

local now = clock()
local epoch = math.max(tonumber(before) + 1, now)
local score = string.format('%.0f', epoch)
local after = score .. ':' .. generation .. ':' .. run
local members = {}
for i = 4, #ARGV do
  -- The ids of tags that are ASCII are stored in lowercase, so that a tag can be found whatever its case: see invalidations_find.
  local member = ARGV[i]
  if string.sub(member, 2, 2) == '=' and not string.find(member, '[\128-\255]') then
    member = string.lower(member)
  end
  redis.call('ZADD', KEYS[2], score, member)
  members[i - 3] = #ARGV[i] .. ':' .. ARGV[i]
end
redis.call('SET', KEYS[1], after)

-- A dropped tag invalidation raises the floor: every value with a lower version counts as evicted.
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
