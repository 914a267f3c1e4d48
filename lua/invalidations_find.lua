-- Purpose: returns the invalidations of some tags, for an instance that has not read all of them yet
-- KEYS: epoch marks
-- ARGV: member...
--   member  'h' for evictions or 's' for expiries, and the folded id of a tag that is ASCII or a hash
-- Prelude: server_run
-- Reply: {stamp, floor, score...}, with '0' for a member that is not there, or {} if the partition is incomplete or this is another server than it was: sync first
-- Cost: O(n) for n members
local stamp = redis.call('GET', KEYS[1])
local floor = redis.call('ZSCORE', KEYS[2], 'floor')
if not stamp or not floor or string.match(stamp, '[^:]+$') ~= server_run() then
  return {}
end

local reply = {stamp, floor}
for i = 1, #ARGV do
  reply[i + 2] = redis.call('ZSCORE', KEYS[2], ARGV[i]) or '0'
end
return reply
