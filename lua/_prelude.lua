-- Purpose: the functions that several scripts share. A script gets those that its header names under "Prelude", ahead of its own text.

-- Returns the time of the server, in microseconds since 1970.
-- Used by: entry_overwrite entry_remove invalidations_sync removals_sync tag_invalidate
local function clock()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000000 + tonumber(time[2])
end

-- Returns whether a value of this version may be stored: the version must be of the same history as the stamp, and not above it. Numbers of different
-- histories cannot be compared.
-- Used by: entry_fill entry_overwrite entry_set
local function fence(stamp, version)
  if not stamp or stamp == version then
    return stamp == version
  end
  local epoch, lineage = string.match(stamp, '^(%d+):(.+)$')
  local started, startedIn = string.match(version, '^(%d+):(.+)$')
  return lineage == startedIn and tonumber(started) <= tonumber(epoch)
end

-- Numbers the removals or overwrites of entries in the log, one after the other, drops from the log what is too old or too much, and announces the changes
-- in one message to the instances that keep local copies. Returns the number of the first change and that of the change before it.
-- Used by: entry_overwrite entry_remove
local function log_changes(removals, entries, channel, retention, cap, publish)
  local now = clock()
  local before = redis.call('ZSCORE', removals, 'last')
  local first = math.max(tonumber(before or '0') + 1, now)
  if not before then
    redis.call('DEL', removals)
    redis.call('ZADD', removals, string.format('%.0f', first - 1), 'floor')
  end

  local message = {before or '0', ' ', string.format('%.0f', first), ' '}
  local numbered = {}
  for i, entry in ipairs(entries) do
    numbered[2 * i - 1] = string.format('%.0f', first + i - 1)
    numbered[2 * i] = entry
    message[#message + 1] = #entry .. ':' .. entry
  end
  redis.call('ZADD', removals, string.format('%.0f', first + #entries - 1), 'last', unpack(numbered))

  -- What is dropped raises the floor: an instance that knows no newer number has missed a change. The floor is the lowest, and the oldest change is next.
  local excess = redis.call('ZCARD', removals) - 2 - tonumber(cap)
  local limit = now - tonumber(retention)
  local oldest = redis.call('ZRANGE', removals, 1, 1, 'WITHSCORES')
  if excess > 0 or tonumber(oldest[2]) < limit then
    oldest = redis.call('ZRANGE', removals, 0, #entries + 3, 'WITHSCORES')
    for i = 1, #oldest, 2 do
      if oldest[i] ~= 'floor' and oldest[i] ~= 'last' and (excess > 0 or tonumber(oldest[i + 1]) < limit) then
        redis.call('ZREM', removals, oldest[i])
        redis.call('ZADD', removals, oldest[i + 1], 'floor')
        excess = excess - 1
      end
    end
  end

  redis.pcall(publish, channel, 'r' .. table.concat(message))
  return string.format('%.0f', first), before or '0'
end

-- Returns the start of the server's replication ID, or zeros if the engine does not report one.
-- Used by: invalidations_find invalidations_sync tag_invalidate
local function server_run()
  local info = redis.pcall('INFO', 'replication')
  return type(info) == 'string' and string.match(info, 'master_replid:(%x%x%x%x%x%x%x%x)') or '00000000'
end
