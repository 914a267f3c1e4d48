-- Purpose: overwrites an entry: revokes the lease on computing it, numbers the change in the log of removals and announces it.
-- KEYS: entry epoch lease removals staged
-- ARGV: envelope ttl token retention cap publish
--   envelope   '' when it lies in the staged key
--   ttl        milliseconds
--   token      the stamp "<epoch>:<generation>:<run>" at which the value began
--   retention  microseconds for which the change is remembered
--   cap        changes remembered at most
--   publish    the command for messages: PUBLISH, or SPUBLISH where they stay with the servers that have the slot
-- Prelude: clock fence log_change
-- Reply: {1 when stored and 0 when the value was rejected and the entry removed, stamp now ('' when there is none),
--   number of this change, number of the change before it}
-- Cost: O(size of the envelope + log r) for r changes remembered; a message
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

return {fits and 1 or 0, stamp or '', log_change(KEYS[4], KEYS[1], KEYS[2], ARGV[4], ARGV[5], ARGV[6])}
