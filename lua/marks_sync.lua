-- Purpose: tells the marks above a score; first begins the partition again when it is incomplete or has lost history, and notes a change of server.
-- KEYS: epoch marks
-- ARGV: known from limit nonce floor
--   known  the newest stamp the caller has seen, '' for none
--   from   the lowest score wanted, as ZRANGEBYSCORE takes it; heeded only while the lineage is still that of known
--   limit  marks told at most
--   nonce  16 hex digits, the name of a new generation should one begin
--   floor  the floor the caller knows; Redis may have lost it together with the marks it stands for
-- Prelude: clock server_run
-- Reply: {stamp now, floor, member, score, member, score, ...} in the order of scores
-- Cost: O(log m + limit)
local function write(epoch, generation, run)
  local stamp = string.format('%.0f', epoch) .. ':' .. generation .. ':' .. run
  redis.call('SET', KEYS[1], stamp)
  return stamp
end

local here = server_run()
local stamp = redis.call('GET', KEYS[1]) or ''
local floor = redis.call('ZSCORE', KEYS[2], 'floor')
local number, generation, run = string.match(stamp, '^(%d+):(%x+):(%x+)$')
local known, knownGeneration, knownRun = string.match(ARGV[1], '^(%d+):(%x+):(%x+)$')
known = tonumber(known or '0')

-- A lost key, an epoch below one that this very history had reached, or another generation that is not above all the caller knows, and so may be
-- one that came back: what was forgotten cannot be known, so a new generation begins and everything older is dead.
local elsewhere = knownGeneration == generation and knownRun ~= here
local back = number and known > tonumber(number) and not elsewhere
local past = floor and knownGeneration and knownGeneration ~= generation and known >= tonumber(floor)
if not number or not floor or back or past then
  local top = redis.call('ZRANGE', KEYS[2], -1, -1, 'WITHSCORES')[2]
  local epoch = math.max(known + 1, tonumber(number or '0') + 1, tonumber(top or '0') + 1, clock())
  stamp = write(epoch, ARGV[4], here)
  redis.call('UNLINK', KEYS[2])
  redis.call('ZADD', KEYS[2], string.format('%.0f', epoch), 'floor')
  return {stamp, string.format('%.0f', epoch)}
end

-- Another server than it was (failover, restart): the last writes of the old one may be lost, so numbers it issued may mean other evictions
-- here. The caller repeats what it knows and this server lacks; the epoch passes all it has seen, so that nothing is issued twice.
if run ~= here or known > tonumber(number) then
  stamp = write(math.max(tonumber(number), elsewhere and known + 1 or 0), generation, here)
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
