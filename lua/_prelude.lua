-- Purpose: the functions that several scripts share. A script gets those that its header names under "Prelude", ahead of its own text.

-- The time of the server, in microseconds since 1970.
-- Used by: entry_replace marks_sync removals_sync tag_mark
local function clock()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000000 + tonumber(time[2])
end

-- Whether a value may be stored whose computation started at the token: only within the same history, and not from its future, do the numbers compare.
-- Used by: entry_fill entry_move entry_replace entry_set
local function fence(stamp, token)
  if not stamp or stamp == token then
    return stamp == token
  end
  local epoch, lineage = string.match(stamp, '^(%d+):(.+)$')
  local started, startedIn = string.match(token, '^(%d+):(.+)$')
  return lineage == startedIn and tonumber(started) <= tonumber(epoch)
end

-- The start of the server's replication id, zeros where an engine tells none.
-- Used by: marks_sync tag_mark
local function server_run()
  local info = redis.pcall('INFO', 'replication')
  return type(info) == 'string' and string.match(info, 'master_replid:(%x%x%x%x%x%x%x%x)') or '00000000'
end
