-- Purpose: gives a lease back without a value, if it is still the caller's, and wakes who waits for it.
-- KEYS: lease entry epoch
-- ARGV: owner mark duration publish
--   owner     the caller's own name
--   mark      left in its place: 'pause' when callers that have an old value shall not try again, 'pass' when nobody needs a lease, '' for nothing
--   duration  milliseconds for which the mark stands
--   publish   the command for messages: PUBLISH, or SPUBLISH where they stay with the servers that have the slot
-- Reply: 1 when given back, 0 when it was not the caller's any more
-- Cost: O(1); a message when somebody waits
local lease = redis.call('HMGET', KEYS[1], 'owner', 'waiters')
if lease[1] ~= ARGV[1] then
  return 0
end

redis.call('DEL', KEYS[1])
if ARGV[2] ~= '' then
  redis.call('HSET', KEYS[1], 'owner', ARGV[2], 'lasts', ARGV[3])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
if lease[2] then
  redis.pcall(ARGV[4], KEYS[3], (ARGV[2] == 'pass' and 'p' or 'l') .. KEYS[2])
end
return 1
