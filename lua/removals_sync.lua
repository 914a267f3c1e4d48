-- Purpose: tells the removals and overwrites above a number.
-- KEYS: removals
-- ARGV: known limit
--   known  the newest number the caller knows
--   limit  removals told at the most
-- Reply: {newest number, floor, entry, number, entry, number, ...}; '0' for both when nothing was ever removed or the log was lost
-- Cost: O(log r + limit)
local last = redis.call('ZSCORE', KEYS[1], 'last') or '0'
local floor = redis.call('ZSCORE', KEYS[1], 'floor') or '0'
local reply = redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. ARGV[1], '+inf', 'WITHSCORES', 'LIMIT', 0, ARGV[2])
table.insert(reply, 1, floor)
table.insert(reply, 1, last)
return reply
