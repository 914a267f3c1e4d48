-- Purpose: puts a staged entry in its place, unless its value may be older than what Redis remembers. For large entries: their bytes never pass through Lua.
-- KEYS: entry epoch staged
-- ARGV: ttl token
--   ttl    milliseconds, 0 for none
--   token  the stamp "<epoch>:<generation>:<run>" at which the value's computation began
-- Prelude: fence
-- Reply: {1 when stored and 0 when refused, stamp now ('' when there is none)}
-- Cost: O(1)
local stamp = redis.call('GET', KEYS[2])
local fits = fence(stamp, ARGV[2])

if not fits or redis.call('EXISTS', KEYS[3]) == 0 then
  redis.call('UNLINK', KEYS[3])
  return {0, stamp or ''}
end

redis.call('RENAME', KEYS[3], KEYS[1])
if ARGV[1] == '0' then
  redis.call('PERSIST', KEYS[1])
else
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
end
return {1, stamp}
