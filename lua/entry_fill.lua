-- Purpose: stores a computed value and releases the lease on it, unless the value may be older than an eviction or a removal.
-- KEYS: entry epoch lease removals staged
-- ARGV: envelope ttl version owner started publish
--   envelope  '' if it is in the staged key
--   ttl       milliseconds
--   version   the stamp "<epoch>:<generation>:<run>" at which the computation started
--   owner     the owner of the lease, '' without one
--   started   the newest removal when the computation started
--   publish   the command for messages: PUBLISH, or SPUBLISH if they stay on the servers that have the slot
-- Prelude: fence
-- Reply: {DONE if stored, stamp now ('' if there is none), newest removal}
-- Cost: O(size of the envelope); a message if an instance waits
local REJECTED, DONE = 0, 1

local lease = redis.call('HMGET', KEYS[3], 'owner', 'waiters')
local held = ARGV[4] ~= '' and lease[1] == ARGV[4]
if held then
  redis.call('DEL', KEYS[3])
  if lease[2] then
    redis.pcall(ARGV[6], KEYS[2], 'l' .. KEYS[1])
  end
end

local stamp = redis.call('GET', KEYS[2])
local fits = fence(stamp, ARGV[3])

-- Removals and overwrites revoke the lease, so the owner of a lease is not superseded. Without a lease the log must prove as much.
local removal = redis.call('ZSCORE', KEYS[4], 'last') or '0'
if fits and not held and removal ~= ARGV[5] then
  local floor = redis.call('ZSCORE', KEYS[4], 'floor')
  local own = redis.call('ZSCORE', KEYS[4], KEYS[1])
  local started = tonumber(ARGV[5])
  fits = floor and started >= tonumber(floor) and started <= tonumber(removal) and not (own and tonumber(own) > started)
end

if not fits or (ARGV[1] == '' and redis.call('EXISTS', KEYS[5]) == 0) then
  redis.call('UNLINK', KEYS[5])
  return {REJECTED, stamp or '', removal}
end

if ARGV[1] == '' then
  redis.call('RENAME', KEYS[5], KEYS[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
else
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
return {DONE, stamp, removal}
