-- Purpose: prolongs an entry with sliding expiration, if it is still the one that was read.
-- KEYS: entry
-- ARGV: identity ttl
--   identity  the first bytes of the envelope that was read
--   ttl       milliseconds
-- Reply: 1 when prolonged, 0 when the entry is another one or gone
-- Cost: O(1)
if redis.call('GETRANGE', KEYS[1], 0, #ARGV[1] - 1) ~= ARGV[1] then
  return 0
end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
