-- Purpose: stores entries with their tags and their lifetimes, each unless its value may be older than an eviction.
-- KEYS: epoch entry...
-- ARGV: envelope... ttl... version...
--   envelope, ttl and version follow each other, for one entry after the other
--   ttl      milliseconds, 0 for none
--   version  the stamp "<epoch>:<generation>:<run>" at which the computation of the value started
-- Prelude: fence
-- Reply: {stamp now ('' if there is none), for each entry DONE if stored, else REJECTED}
-- Cost: O(size of the envelopes)
local REJECTED, DONE = 0, 1

local stamp = redis.call('GET', KEYS[1])
local reply = {stamp or ''}
for i = 2, #KEYS do
  local envelope, ttl, version = ARGV[3 * i - 5], ARGV[3 * i - 4], ARGV[3 * i - 3]
  if not fence(stamp, version) then
    reply[i] = REJECTED
  else
    if ttl == '0' then
      redis.call('SET', KEYS[i], envelope)
    else
      redis.call('SET', KEYS[i], envelope, 'PX', ttl)
    end
    reply[i] = DONE
  end
end
return reply
