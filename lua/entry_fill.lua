-- Purpose: stores computed values and releases the leases on them, each unless its value may be older than a removal, or of another history than the
--   evictions that Redis remembers.
-- KEYS: epoch removals entry... lease... staged...
--   entry and lease follow each other, for one entry after the other
--   staged    one for each entry whose envelope is '', in their order
-- ARGV: publish envelope... ttl... version... owner... started...
--   publish   the command for messages: PUBLISH, or SPUBLISH if they stay on the servers that have the slot
--   envelope, ttl, version, owner and started follow each other, for one entry after the other
--   envelope  '' if it is in a staged key. Large ones are: their bytes never pass through Lua.
--   ttl       milliseconds
--   version   the stamp "<epoch>:<generation>:<run>" at which the computation started
--   owner     the owner of the lease, '' without one
--   started   the newest removal when the computation started
-- Prelude: fence
-- Reply: {stamp now ('' if there is none), newest removal, for each entry DONE if stored, else REJECTED}
-- Cost: O(size of the envelopes that are not staged); a message for each entry for which an instance waits
local REJECTED, DONE = 0, 1

local stamp = redis.call('GET', KEYS[1])
local removal = redis.call('ZSCORE', KEYS[2], 'last') or '0'
local reply = {stamp or '', removal}
local entries = (#ARGV - 1) / 5
local next_staged = 2 * entries + 3
for n = 1, entries do
  local i, at = 2 * n + 1, 5 * n - 3
  local envelope, version, owner, started = ARGV[at], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4]
  local staged
  if envelope == '' then
    staged, next_staged = next_staged, next_staged + 1
  end

  local lease = redis.call('HMGET', KEYS[i + 1], 'owner', 'waiters')
  local held = owner ~= '' and lease[1] == owner
  if held then
    redis.call('DEL', KEYS[i + 1])
    if lease[2] then
      redis.pcall(ARGV[1], KEYS[1], 'l' .. KEYS[i])
    end
  end

  -- Removals and overwrites revoke the lease, so the owner of a lease is not superseded. Without a lease the log must prove as much.
  local fits = fence(stamp, version)
  if fits and not held and removal ~= started then
    local floor = redis.call('ZSCORE', KEYS[2], 'floor')
    local own = redis.call('ZSCORE', KEYS[2], KEYS[i])
    local start = tonumber(started)
    fits = floor and start >= tonumber(floor) and start <= tonumber(removal) and not (own and tonumber(own) > start)
  end

  if not fits or (staged and redis.call('EXISTS', KEYS[staged]) == 0) then
    if staged then
      redis.call('UNLINK', KEYS[staged])
    end
    reply[n + 2] = REJECTED
  else
    if staged then
      redis.call('RENAME', KEYS[staged], KEYS[i])
      redis.call('PEXPIRE', KEYS[i], ARGV[at + 1])
    else
      redis.call('SET', KEYS[i], envelope, 'PX', ARGV[at + 1])
    end
    reply[n + 2] = DONE
  end
end
return reply
