-- Purpose: puts a staged entry in its place, unless its value may be older than an eviction. For large entries: their bytes never pass through Lua.
-- KEYS: entry epoch staged
-- ARGV: ttl version
--   ttl      milliseconds, 0 for none
--   version  the stamp "<epoch>:<generation>:<run>" at which the computation of the value started
-- Prelude: fence
-- Reply: {DONE if stored, stamp now ('' if there is none)}
-- Cost: O(1)
local REJECTED, DONE = 0, 1

local stamp = redis.call('GET', KEYS[2])
local fits = fence(stamp, ARGV[2])

if not fits or redis.call('EXISTS', KEYS[3]) == 0 then
  redis.call('UNLINK', KEYS[3])
  return {REJECTED, stamp or ''}
end

redis.call('RENAME', KEYS[3], KEYS[1])
if ARGV[1] == '0' then
  redis.call('PERSIST', KEYS[1])
else
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
end
return {DONE, stamp}
