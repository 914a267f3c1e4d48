-- Purpose: stores what a factory computed and gives its lease back, unless the value may be older than an eviction or a removal.
-- KEYS: entry epoch lease removals staged
-- ARGV: envelope ttl token owner started publish
--   envelope  '' when it lies in the staged key
--   ttl       milliseconds
--   token     the stamp "<epoch>:<generation>:<run>" at which the computation began
--   owner     under which the lease was acquired, '' when without one
--   started   the newest removal when the computation began
--   publish   the command for messages: PUBLISH, or SPUBLISH where they stay with the servers that have the slot
-- Prelude: fence
-- Reply: {1 when stored and 0 when refused, stamp now ('' when there is none), newest removal}
-- Cost: O(size of the envelope); a message when somebody waits
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

-- A removal and an overwrite take the lease away: its owner was not superseded. Without a lease the log must prove as much.
local removal = redis.call('ZSCORE', KEYS[4], 'last') or '0'
if fits and not held and removal ~= ARGV[5] then
  local floor = redis.call('ZSCORE', KEYS[4], 'floor')
  local own = redis.call('ZSCORE', KEYS[4], KEYS[1])
  local begun = tonumber(ARGV[5])
  fits = floor and begun >= tonumber(floor) and begun <= tonumber(removal) and not (own and tonumber(own) > begun)
end

if not fits or (ARGV[1] == '' and redis.call('EXISTS', KEYS[5]) == 0) then
  redis.call('UNLINK', KEYS[5])
  return {0, stamp or '', removal}
end

if ARGV[1] == '' then
  redis.call('RENAME', KEYS[5], KEYS[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
else
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
return {1, stamp, removal}
