-- Purpose: overwrites entries: revokes the leases on them, numbers the changes in the log of removals, and announces them in one message.
-- KEYS: epoch removals entry... lease... staged...
--   entry and lease follow each other, for one entry after the other
--   staged     one for each entry whose envelope is '', in their order
-- ARGV: retention cap publish envelope... ttl... version...
--   retention  microseconds for which the log keeps a change
--   cap        the maximum number of changes that the log keeps
--   publish    the command for messages: PUBLISH, or SPUBLISH if they stay on the servers that have the slot
--   envelope, ttl and version follow each other, for one entry after the other
--   envelope   '' if it is in a staged key. Large ones are: their bytes never pass through Lua.
--   ttl        milliseconds
--   version    the stamp "<epoch>:<generation>:<run>" at which the computation of the value started
-- Prelude: clock fence log_changes
-- Reply: {stamp now ('' if there is none), number of the first change, number of the change before it, for each entry a verdict}; the verdict is
--   DONE if stored, REJECTED if the value may be of another history: then the entry is removed. The changes have consecutive numbers.
-- Cost: O(size of the envelopes that are not staged + n log r) for n entries and r changes in the log; a message
local REJECTED, DONE = 0, 1

local stamp = redis.call('GET', KEYS[1])
local entries, leases, verdicts = {}, {}, {}
local count = (#ARGV - 3) / 3
local next_staged = 2 * count + 3
for n = 1, count do
  local i = 2 * n + 1
  local envelope, ttl, version = ARGV[3 * n + 1], ARGV[3 * n + 2], ARGV[3 * n + 3]
  local staged
  if envelope == '' then
    staged, next_staged = next_staged, next_staged + 1
  end

  -- The old value is out of date, even if the new one is rejected.
  local fits = fence(stamp, version) and (not staged or redis.call('EXISTS', KEYS[staged]) == 1)
  if not fits then
    redis.call('UNLINK', KEYS[i], KEYS[staged or i])
  elseif staged then
    redis.call('RENAME', KEYS[staged], KEYS[i])
    redis.call('PEXPIRE', KEYS[i], ttl)
  else
    redis.call('SET', KEYS[i], envelope, 'PX', ttl)
  end
  entries[n], leases[n], verdicts[n] = KEYS[i], KEYS[i + 1], fits and DONE or REJECTED
end
redis.call('UNLINK', unpack(leases))

local number, before = log_changes(KEYS[2], entries, KEYS[1], ARGV[1], ARGV[2], ARGV[3])
return {stamp or '', number, before, unpack(verdicts)}
