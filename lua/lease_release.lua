-- Purpose: gives a lease back without a value, if it is still the caller's, and wakes who waits for it.
-- KEYS: lease entry epoch
-- ARGV: owner pause
--   owner  the caller's own name
--   pause  milliseconds for which callers that have an old value shall not try again, 0 for none
-- Reply: 1 when given back, 0 when it was not the caller's any more
-- Cost: O(1); a message when somebody waits
local lease = redis.call('HMGET', KEYS[1], 'owner', 'waiters')
if lease[1] ~= ARGV[1] then
  return 0
end

redis.call('DEL', KEYS[1])
if ARGV[2] ~= '0' then
  redis.call('HSET', KEYS[1], 'owner', '')
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
if lease[2] then
  redis.pcall('PUBLISH', KEYS[3], 'l' .. KEYS[2])
end
return 1
