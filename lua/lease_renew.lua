-- Purpose: prolongs a lease, if it is still the caller's.
-- KEYS: lease
-- ARGV: owner duration
--   owner     the caller's own name
--   duration  milliseconds
-- Reply: 1 when prolonged, 0 when it was revoked, taken over or lost
-- Cost: O(1)
if redis.call('HGET', KEYS[1], 'owner') ~= ARGV[1] then
  return 0
end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
