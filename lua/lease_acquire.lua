-- Purpose: gives the right to compute a key's value to one instance of the fleet, and tells the others that it is taken.
-- KEYS: lease entry epoch removals
-- ARGV: owner duration identity patient
--   owner     the caller's own name
--   duration  milliseconds
--   identity  the first 12 bytes of the entry the caller saw, '' for none, '*' when it did not look
--   patient   1 when the caller has an old value to give out, and so heeds a pause after a failure and waits for nobody, else 0
-- Reply: {verdict, stamp now ('' when there is none), newest removal, milliseconds left};
--   verdict 1 granted, 0 taken, 2 paused, 3 the entry or the stamp is not what the caller saw: look up again, 4 none needed: the last value was not kept
-- Cost: O(1)
local stamp = redis.call('GET', KEYS[3])
local removal = redis.call('ZSCORE', KEYS[4], 'last') or '0'
if not stamp or (ARGV[3] ~= '*' and redis.call('GETRANGE', KEYS[2], 0, 11) ~= ARGV[3]) then
  return {3, stamp or '', removal, 0}
end

local lease = redis.call('HMGET', KEYS[1], 'owner', 'lasts')
local owner = lease[1]
local left = owner and redis.call('PTTL', KEYS[1])

-- A server that took over may have a clock that is behind. It would keep for longer than it lasts what nobody may be left to end.
if owner and lease[2] and left > tonumber(lease[2]) then
  left = tonumber(lease[2])
  redis.call('PEXPIRE', KEYS[1], left)
end

if owner == 'pass' then
  return {4, stamp, removal, left}
elseif owner == 'pause' and ARGV[4] == '1' then
  return {2, stamp, removal, left}
elseif owner and owner ~= 'pause' then
  if ARGV[4] ~= '1' then
    redis.call('HSET', KEYS[1], 'waiters', 1)
  end
  return {0, stamp, removal, left}
end

if owner then
  redis.call('DEL', KEYS[1])
end
redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'lasts', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return {1, stamp, removal, tonumber(ARGV[2])}
