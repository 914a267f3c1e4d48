-- Purpose: stores entries with their tags and their lifetimes, each unless its value may be older than what Redis remembers.
-- KEYS: epoch entry...
-- ARGV: envelope... ttl... token...
--   envelope, ttl and token follow each other, for one entry after the other
--   ttl    milliseconds, 0 for none
--   token  the stamp "<epoch>:<generation>:<run>" at which the value's computation began
-- Prelude: fence
-- Reply: {stamp now ('' when there is none), for each entry 1 when stored and 0 when refused}
-- Cost: O(size of the envelopes)
local stamp = redis.call('GET', KEYS[1])
local reply = {stamp or ''}
for i = 2, #KEYS do
  local envelope, ttl, token = ARGV[3 * i - 5], ARGV[3 * i - 4], ARGV[3 * i - 3]
  if not fence(stamp, token) then
    reply[i] = 0
  else
    if ttl == '0' then
      redis.call('SET', KEYS[i], envelope)
    else
      redis.call('SET', KEYS[i], envelope, 'PX', ttl)
    end
    reply[i] = 1
  end
end
return reply
