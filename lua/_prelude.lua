-- Purpose: the functions that several scripts share. A script gets those that its header names under "Prelude", ahead of its own text.

-- Returns the time of the server, in microseconds since 1970.
-- Used by: entry_overwrite entry_remove invalidations_sync removals_sync tag_invalidate
local function clock()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000000 + tonumber(time[2])
end

-- Returns whether a value of this version may be stored: the version must be of the same history as the stamp, and not above it. Numbers of different
-- histories cannot be compared.
-- Used by: entry_fill entry_move entry_overwrite entry_set
local function fence(stamp, version)
  if not stamp or stamp == version then
    return stamp == version
  end
  local epoch, lineage = string.match(stamp, '^(%d+):(.+)$')
  local started, startedIn = string.match(version, '^(%d+):(.+)$')
  return lineage == startedIn and tonumber(started) <= tonumber(epoch)
end

-- Numbers the removal or the overwrite of an entry in the log, drops from the log what is too old or too much, and announces the change to the instances
-- that keep a local copy. Returns the number of this change and that of the change before it.
-- Used by: entry_overwrite entry_remove
local function log_change(removals, entry, channel, retention, cap, publish)
  local now = clock()
  local before = redis.call('ZSCORE', removals, 'last')
  local number = math.max(tonumber(before or '0') + 1, now)
  local text = string.format('%.0f', number)
  if not before then
    redis.call('DEL', removals)
    redis.call('ZADD', removals, string.format('%.0f', number - 1), 'floor')
  end
  redis.call('ZADD', removals, text, entry, text, 'last')

  -- What is dropped raises the floor: an instance that knows no newer number has missed a change.
  local excess = redis.call('ZCARD', removals) - 2 - tonumber(cap)
  local oldest = redis.call('ZRANGE', removals, 0, 4, 'WITHSCORES')
  for i = 1, #oldest, 2 do
    local at = tonumber(oldest[i + 1])
    if oldest[i] ~= 'floor' and oldest[i] ~= 'last' and (excess > 0 or at < now - tonumber(retention)) then
      redis.call('ZREM', removals, oldest[i])
      redis.call('ZADD', removals, oldest[i + 1], 'floor')
      excess = excess - 1
    end
  end

  redis.pcall(publish, channel, 'r' .. (before or '0') .. ' ' .. text .. ' ' .. entry)
  return text, before or '0'
end

-- Returns the start of the server's replication ID, or zeros if the engine does not report one.
-- Used by: invalidations_sync tag_invalidate
local function server_run()
  local info = redis.pcall('INFO', 'replication')
  return type(info) == 'string' and string.match(info, 'master_replid:(%x%x%x%x%x%x%x%x)') or '00000000'
end
