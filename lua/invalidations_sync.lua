-- Purpose: returns the tag invalidations from a score on. Before that, starts the partition again if it is incomplete or has lost history, and notes a
--   change of server.
-- KEYS: epoch marks
-- ARGV: known from limit nonce floor
--   known  the newest stamp the caller has seen, '' for none
--   from   the lowest score wanted, as ZRANGEBYSCORE takes it; it counts only while the history is still that of known
--   limit  the maximum number of tag invalidations in the reply
--   nonce  16 hex digits, the name of a new generation if one starts
--   floor  the floor the caller knows; Redis may have lost it together with the tag invalidations it stands for
-- Prelude: clock server_run
-- Reply: {stamp now, floor, member, score, member, score, ...} in the order of scores
-- Cost: O(log i + limit) for i tag invalidations
local function write(epoch, generation, run)
  local stamp = string.format('%.0f', epoch) .. ':' .. generation .. ':' .. run
  redis.call('SET', KEYS[1], stamp)
  return stamp
end

local here = server_run()
local stamp = redis.call('GET', KEYS[1]) or ''
local floor = redis.call('ZSCORE', KEYS[2], 'floor')
local epoch, generation, run = string.match(stamp, '^(%d+):(%x+):(%x+)$')
local known, knownGeneration, knownRun = string.match(ARGV[1], '^(%d+):(%x+):(%x+)$')
known = tonumber(known or '0')

-- History is lost if a key is gone, if the epoch is below one that this very history had reached, or if another generation is not above all that the
-- caller knows and so may have come back. What was forgotten cannot be known, so a new generation starts and everything older is invalidated.
local elsewhere = knownGeneration == generation and knownRun ~= here
local back = epoch and known > tonumber(epoch) and not elsewhere
local past = floor and knownGeneration and knownGeneration ~= generation and known >= tonumber(floor)
if not epoch or not floor or back or past then
  local top = redis.call('ZRANGE', KEYS[2], -1, -1, 'WITHSCORES')[2]
  local first = math.max(known + 1, tonumber(epoch or '0') + 1, tonumber(top or '0') + 1, clock())
  stamp = write(first, ARGV[4], here)
  redis.call('UNLINK', KEYS[2])
  redis.call('ZADD', KEYS[2], string.format('%.0f', first), 'floor')
  return {stamp, string.format('%.0f', first)}
end

-- After a failover or a restart, the last writes of the old server may be lost, so numbers it issued may mean other evictions here. The caller retries
-- the evictions that this server lacks. The epoch passes all that the caller has seen, so that no number is issued twice.
if run ~= here or known > tonumber(epoch) then
  stamp = write(math.max(tonumber(epoch), elsewhere and known + 1 or 0), generation, here)
end

if knownGeneration == generation and tonumber(ARGV[5]) > tonumber(floor) then
  floor = ARGV[5]
  redis.call('ZADD', KEYS[2], floor, 'floor')
end

local from = ARGV[2]
if string.match(stamp, ':.+$') ~= string.match(ARGV[1], ':.+$') then
  from = '-inf'
end
local reply = redis.call('ZRANGEBYSCORE', KEYS[2], from, '+inf', 'WITHSCORES', 'LIMIT', 0, ARGV[3])
table.insert(reply, 1, floor)
table.insert(reply, 1, stamp)
return reply
