-- Purpose: the functions that several scripts share. A script gets those that its header names under "Prelude", ahead of its own text.

-- The time of the server, in microseconds since 1970.
-- Used by: entry_overwrite entry_remove marks_sync removals_sync tag_mark
local function clock()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000000 + tonumber(time[2])
end

-- Whether a value may be stored whose computation started at the token: only within the same history, and not from its future, do the numbers compare.
-- Used by: entry_fill entry_move entry_overwrite entry_set
local function fence(stamp, token)
  if not stamp or stamp == token then
    return stamp == token
  end
  local epoch, lineage = string.match(stamp, '^(%d+):(.+)$')
  local started, startedIn = string.match(token, '^(%d+):(.+)$')
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

  -- What is dropped lives on in the floor: an instance that knows nothing newer than that has missed something.
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

-- The start of the server's replication id, zeros where an engine tells none.
-- Used by: marks_sync tag_mark
local function server_run()
  local info = redis.pcall('INFO', 'replication')
  return type(info) == 'string' and string.match(info, 'master_replid:(%x%x%x%x%x%x%x%x)') or '00000000'
end
