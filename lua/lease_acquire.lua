-- Purpose: grants the right to compute a key's value to one instance of the fleet, and tells the others that it is taken.
-- KEYS: lease entry epoch removals
-- ARGV: owner duration identity patient
--   owner     the caller's own name
--   duration  milliseconds
--   identity  the first bytes of the entry that the caller found, '' for none, '*' if it did not look the entry up
--   patient   1 if the caller has an old value to serve, so that it heeds a pause after a failure and waits for nobody, else 0
-- Reply: {verdict, stamp now ('' if there is none), newest removal, milliseconds left}; the verdict is
--   TAKEN; GRANTED; PAUSED; CHANGED if the entry or the stamp is not what the caller found: look up again; NOT_NEEDED: the last value was not stored
-- Cost: O(1)
local TAKEN, GRANTED, PAUSED, CHANGED, NOT_NEEDED = 0, 1, 2, 3, 4
local IDENTITY_LENGTH = 12

local stamp = redis.call('GET', KEYS[3])
local removal = redis.call('ZSCORE', KEYS[4], 'last') or '0'
if not stamp or (ARGV[3] ~= '*' and redis.call('GETRANGE', KEYS[2], 0, IDENTITY_LENGTH - 1) ~= ARGV[3]) then
  return {CHANGED, stamp or '', removal, 0}
end

local lease = redis.call('HMGET', KEYS[1], 'owner', 'lasts')
local owner = lease[1]
local left = owner and redis.call('PTTL', KEYS[1])

-- The clock of a server that took over may be behind. It would keep the lease for longer than it lasts, and its owner may be gone.
if owner and lease[2] and left > tonumber(lease[2]) then
  left = tonumber(lease[2])
  redis.call('PEXPIRE', KEYS[1], left)
end

if owner == 'pass' then
  return {NOT_NEEDED, stamp, removal, left}
elseif owner == 'pause' and ARGV[4] == '1' then
  return {PAUSED, stamp, removal, left}
elseif owner and owner ~= 'pause' then
  if ARGV[4] ~= '1' then
    redis.call('HSET', KEYS[1], 'waiters', 1)
  end
  return {TAKEN, stamp, removal, left}
end

if owner then
  redis.call('DEL', KEYS[1])
end
redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'lasts', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return {GRANTED, stamp, removal, tonumber(ARGV[2])}
