-- Purpose: overwrites or removes an entry: takes the lease from who computes it, numbers the change in the log of removals and announces it,
--   for the copies that other instances keep.
-- KEYS: entry epoch lease removals staged
-- ARGV: envelope ttl token retention cap publish
--   envelope   '' when it lies in the staged key
--   ttl        milliseconds; 0 removes the entry
--   token      the stamp "<epoch>:<generation>:<run>" at which the value began, '' for a removal
--   retention  microseconds for which a removal is remembered
--   cap        removals remembered at most
--   publish    the command for messages: PUBLISH, or SPUBLISH where they stay with the servers that have the slot
-- Prelude: clock fence
-- Reply: {1 when done and 0 when the value was refused and what it was to replace removed, stamp now ('' when there is none),
--   number of this change, number of the change before it}
-- Cost: O(size of the envelope + log r) for r removals remembered; a message
local stamp = redis.call('GET', KEYS[2])
local fits = true
if ARGV[3] ~= '' then
  fits = fence(stamp, ARGV[3]) and (ARGV[1] ~= '' or redis.call('EXISTS', KEYS[5]) == 1)
end

-- What was to be overwritten is out of date, whatever becomes of the new value.
if ARGV[2] == '0' or not fits then
  redis.call('UNLINK', KEYS[1], KEYS[5])
elseif ARGV[1] == '' then
  redis.call('RENAME', KEYS[5], KEYS[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
else
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
redis.call('DEL', KEYS[3])

local now = clock()
local before = redis.call('ZSCORE', KEYS[4], 'last')
local number = math.max(tonumber(before or '0') + 1, now)
local text = string.format('%.0f', number)
if not before then
  redis.call('DEL', KEYS[4])
  redis.call('ZADD', KEYS[4], string.format('%.0f', number - 1), 'floor')
end
redis.call('ZADD', KEYS[4], text, KEYS[1], text, 'last')

-- What is dropped lives on in the floor: who knows nothing newer than that has missed something.
local excess = redis.call('ZCARD', KEYS[4]) - 2 - tonumber(ARGV[5])
local oldest = redis.call('ZRANGE', KEYS[4], 0, 4, 'WITHSCORES')
for i = 1, #oldest, 2 do
  local at = tonumber(oldest[i + 1])
  if oldest[i] ~= 'floor' and oldest[i] ~= 'last' and (excess > 0 or at < now - tonumber(ARGV[4])) then
    redis.call('ZREM', KEYS[4], oldest[i])
    redis.call('ZADD', KEYS[4], oldest[i + 1], 'floor')
    excess = excess - 1
  end
end

redis.pcall(ARGV[6], KEYS[2], 'r' .. (before or '0') .. ' ' .. text .. ' ' .. KEYS[1])
return {fits and 1 or 0, stamp or '', text, before or '0'}
