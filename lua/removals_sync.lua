-- Purpose: returns the removals and overwrites above a number. Starts the log if there is none, so that its loss is noticed.
-- KEYS: removals
-- ARGV: known limit
--   known  the newest number the caller knows
--   limit  the maximum number of removals in the reply
-- Prelude: clock
-- Reply: {newest number, floor, entry, number, entry, number, ...}; a caller that knows nothing newer than the floor has missed a change
-- Cost: O(log r + limit) for r removals
local last = redis.call('ZSCORE', KEYS[1], 'last')
local floor = redis.call('ZSCORE', KEYS[1], 'floor')
if not last or not floor then
  last = string.format('%.0f', math.max(tonumber(ARGV[1]) + 1, clock()))
  redis.call('DEL', KEYS[1])
  redis.call('ZADD', KEYS[1], last, 'floor', last, 'last')
  return {last, last}
end

local reply = redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. ARGV[1], '+inf', 'WITHSCORES', 'LIMIT', 0, ARGV[2])
table.insert(reply, 1, floor)
table.insert(reply, 1, last)
return reply
