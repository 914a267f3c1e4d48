-- Purpose: stores entries with their tags and their lifetimes, each unless its value may be of another history than the evictions that Redis remembers.
-- KEYS: epoch entry... staged...
--   staged    one for each entry whose envelope is '', in their order
-- ARGV: envelope... ttl... version...
--   envelope, ttl and version follow each other, for one entry after the other
--   envelope  '' if it is in a staged key. Large ones are: their bytes never pass through Lua.
--   ttl       milliseconds, 0 for none
--   version   the stamp "<epoch>:<generation>:<run>" at which the computation of the value started
-- Prelude: fence
-- Reply: {stamp now ('' if there is none), for each entry DONE if stored, else REJECTED}
-- Cost: O(size of the envelopes that are not staged)
local REJECTED, DONE = 0, 1

local stamp = redis.call('GET', KEYS[1])
local reply = {stamp or ''}
local entries = #ARGV / 3
local next_staged = entries + 2
for i = 2, entries + 1 do
  local envelope, ttl, version = ARGV[3 * i - 5], ARGV[3 * i - 4], ARGV[3 * i - 3]
  local staged
  if envelope == '' then
    staged, next_staged = next_staged, next_staged + 1
  end

  if not fence(stamp, version) or (staged and redis.call('EXISTS', KEYS[staged]) == 0) then
    if staged then
      redis.call('UNLINK', KEYS[staged])
    end
    reply[i] = REJECTED
  else
    if staged then
      redis.call('RENAME', KEYS[staged], KEYS[i])
      if ttl == '0' then
        redis.call('PERSIST', KEYS[i])
      else
        redis.call('PEXPIRE', KEYS[i], ttl)
      end
    elseif ttl == '0' then
      redis.call('SET', KEYS[i], envelope)
    else
      redis.call('SET', KEYS[i], envelope, 'PX', ttl)
    end
    reply[i] = DONE
  end
end
return reply
