-- Purpose: grants the right to compute a key's value to one instance of the fleet, and tells the others that it is taken. For several requests at once.
-- KEYS: epoch removals entry... lease...
--   entry and lease follow each other, for one request after the other
-- ARGV: owner... duration... identity... patient...
--   owner, duration, identity and patient follow each other, for one request after the other
--   owner     the name of this one request
--   duration  milliseconds
--   identity  the first bytes of the entry that the caller found, '' for none, '*' if it did not look the entry up
--   patient   1 if the caller has an old value to serve, so that it heeds a pause after a failure and waits for nobody, else 0
-- Reply: {stamp now ('' if there is none), newest removal, for each request a verdict, milliseconds left}; the verdict is
--   TAKEN; GRANTED; PAUSED; CHANGED if the entry or the stamp is not what the caller found: look up again; NOT_NEEDED: the last value was not stored;
--   UNAVAILABLE if the request failed among others: send it again alone, to learn why
-- Cost: O(n) for n requests
local TAKEN, GRANTED, PAUSED, CHANGED, NOT_NEEDED, UNAVAILABLE = 0, 1, 2, 3, 4, 5
local IDENTITY_LENGTH = 12

local stamp = redis.call('GET', KEYS[1])
local removal = redis.call('ZSCORE', KEYS[2], 'last') or '0'

local function acquire(i)
  local owner, duration, identity, patient = unpack(ARGV, 2 * i - 5, 2 * i - 2)
  if not stamp or (identity ~= '*' and redis.call('GETRANGE', KEYS[i], 0, IDENTITY_LENGTH - 1) ~= identity) then
    return CHANGED, 0
  end

  local lease = redis.call('HMGET', KEYS[i + 1], 'owner', 'lasts')
  local holder = lease[1]
  local left = holder and redis.call('PTTL', KEYS[i + 1])

  -- The clock of a server that took over may be behind. It would keep the lease for longer than it lasts, and its owner may be gone.
  if holder and lease[2] and left > tonumber(lease[2]) then
    left = tonumber(lease[2])
    redis.call('PEXPIRE', KEYS[i + 1], left)
  end

  if holder == 'pass' then
    return NOT_NEEDED, left
  elseif holder == 'pause' and patient == '1' then
    return PAUSED, left
  elseif holder and holder ~= 'pause' then
    if patient ~= '1' then
      redis.call('HSET', KEYS[i + 1], 'waiters', 1)
    end
    return TAKEN, left
  end

  if holder then
    redis.call('DEL', KEYS[i + 1])
  end
  redis.call('HSET', KEYS[i + 1], 'owner', owner, 'lasts', duration)
  redis.call('PEXPIRE', KEYS[i + 1], duration)
  return GRANTED, tonumber(duration)
end

local reply = {stamp or '', removal}
for i = 3, #KEYS, 2 do
  if #KEYS == 4 then
    reply[i], reply[i + 1] = acquire(i)
  else
    -- A request that fails has no lease, and takes none of the others with it.
    local isDone, verdict, left = pcall(acquire, i)
    reply[i], reply[i + 1] = isDone and verdict or UNAVAILABLE, isDone and left or 0
  end
end
return reply
