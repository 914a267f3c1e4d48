-- Purpose: overwrites an entry: revokes the lease on it, numbers the change in the log of removals and announces it.
-- KEYS: entry epoch lease removals staged
-- ARGV: envelope ttl version retention cap publish
--   envelope   '' if it is in the staged key
--   ttl        milliseconds
--   version    the stamp "<epoch>:<generation>:<run>" at which the computation of the value started
--   retention  microseconds for which the log keeps the change
--   cap        the maximum number of changes that the log keeps
--   publish    the command for messages: PUBLISH, or SPUBLISH if they stay on the servers that have the slot
-- Prelude: clock fence log_change
-- Reply: {verdict, stamp now ('' if there is none), number of this change, number of the change before it}; the verdict is
--   DONE if stored, REJECTED if the value may be older than an eviction: then the entry is removed
-- Cost: O(size of the envelope + log r) for r changes in the log; a message
local REJECTED, DONE = 0, 1

local stamp = redis.call('GET', KEYS[2])
local fits = fence(stamp, ARGV[3]) and (ARGV[1] ~= '' or redis.call('EXISTS', KEYS[5]) == 1)

-- The old value is out of date, even if the new one is rejected.
if not fits then
  redis.call('UNLINK', KEYS[1], KEYS[5])
elseif ARGV[1] == '' then
  redis.call('RENAME', KEYS[5], KEYS[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
else
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
redis.call('DEL', KEYS[3])

local verdict = fits and DONE or REJECTED
return {verdict, stamp or '', log_change(KEYS[4], KEYS[1], KEYS[2], ARGV[4], ARGV[5], ARGV[6])}
