-- Purpose: extends a lease, if it is still the caller's.
-- KEYS: lease
-- ARGV: owner duration
--   owner     the caller's own name
--   duration  milliseconds
-- Reply: DONE if extended, REJECTED if it was revoked, taken over or lost
-- Cost: O(1)
local REJECTED, DONE = 0, 1

if redis.call('HGET', KEYS[1], 'owner') ~= ARGV[1] or redis.call('PEXPIRE', KEYS[1], ARGV[2]) == 0 then
  return REJECTED
end
return DONE
