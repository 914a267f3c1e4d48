-- Purpose: overwrites entries: revokes the leases on them, numbers the changes in the log of removals, and announces them in one message.
-- KEYS: epoch removals staged entry... lease...
--   entry and lease follow each other, for one entry after the other
-- ARGV: retention cap publish envelope... ttl... version...
--   retention  microseconds for which the log keeps a change
--   cap        the maximum number of changes that the log keeps
--   publish    the command for messages: PUBLISH, or SPUBLISH if they stay on the servers that have the slot
--   envelope, ttl and version follow each other, for one entry after the other
--   envelope   '' if it is in the staged key: only for one entry alone
--   ttl        milliseconds
--   version    the stamp "<epoch>:<generation>:<run>" at which the computation of the value started
-- Prelude: clock fence log_changes
-- Reply: {stamp now ('' if there is none), number of the first change, number of the change before it, for each entry a verdict}; the verdict is
--   DONE if stored, REJECTED if the value may be older than an eviction: then the entry is removed. The changes have consecutive numbers.
-- Cost: O(size of the envelopes + n log r) for n entries and r changes in the log; a message
local REJECTED, DONE = 0, 1

local stamp = redis.call('GET', KEYS[1])
local entries, leases, verdicts = {}, {}, {}
for i = 4, #KEYS, 2 do
  local n = #entries + 1
  local envelope, ttl, version = ARGV[3 * n + 1], ARGV[3 * n + 2], ARGV[3 * n + 3]
  local fits = fence(stamp, version) and (envelope ~= '' or redis.call('EXISTS', KEYS[3]) == 1)

  -- The old value is out of date, even if the new one is rejected.
  if not fits then
    redis.call('UNLINK', KEYS[i])
  elseif envelope == '' then
    redis.call('RENAME', KEYS[3], KEYS[i])
    redis.call('PEXPIRE', KEYS[i], ttl)
  else
    redis.call('SET', KEYS[i], envelope, 'PX', ttl)
  end
  entries[n], leases[n], verdicts[n] = KEYS[i], KEYS[i + 1], fits and DONE or REJECTED
end
redis.call('UNLINK', KEYS[3], unpack(leases))

local number, before = log_changes(KEYS[2], entries, KEYS[1], ARGV[1], ARGV[2], ARGV[3])
return {stamp or '', number, before, unpack(verdicts)}
