-- Purpose: extends an entry with sliding expiration, if it is still the one that was read.
-- KEYS: entry
-- ARGV: identity ttl
--   identity  the first bytes of the envelope that was read
--   ttl       milliseconds
-- Reply: DONE if extended, REJECTED if the entry is another one or gone
-- Cost: O(1)
local REJECTED, DONE = 0, 1

if redis.call('GETRANGE', KEYS[1], 0, #ARGV[1] - 1) ~= ARGV[1] or redis.call('PEXPIRE', KEYS[1], ARGV[2]) == 0 then
  return REJECTED
end
return DONE
