-- Purpose: drops an entry that no reader can use, if it is still the one that was validated: an overwrite has another identity and stays.
-- KEYS: entry
-- ARGV: identity
--   identity  the first bytes of the envelope that was validated, with its checksum
-- Reply: bytes dropped, 0 if the entry is another one or gone
-- Cost: O(1); the memory is freed in the background
if redis.call('GETRANGE', KEYS[1], 0, #ARGV[1] - 1) ~= ARGV[1] then
  return 0
end
local length = redis.call('STRLEN', KEYS[1])
redis.call('UNLINK', KEYS[1])
return length
