-- Purpose: releases a lease without a value, if it is still the caller's, and wakes the callers that wait for it.
-- KEYS: lease entry epoch
-- ARGV: owner successor duration publish
--   owner      the caller's own name
--   successor  the next owner: 'pause' if callers that have an old value must not try again, 'pass' if nobody needs a lease, '' for none
--   duration   milliseconds for which the successor stays
--   publish    the command for messages: PUBLISH, or SPUBLISH if they stay on the servers that have the slot
-- Reply: DONE if released, REJECTED if it was no longer the caller's
-- Cost: O(1); a message if an instance waits
local REJECTED, DONE = 0, 1

local lease = redis.call('HMGET', KEYS[1], 'owner', 'waiters')
if lease[1] ~= ARGV[1] then
  return REJECTED
end

redis.call('DEL', KEYS[1])
if ARGV[2] ~= '' then
  redis.call('HSET', KEYS[1], 'owner', ARGV[2], 'lasts', ARGV[3])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
if lease[2] then
  redis.pcall(ARGV[4], KEYS[3], (ARGV[2] == 'pass' and 'p' or 'l') .. KEYS[2])
end
return DONE
