-- Purpose: stores an entry with its tags and its lifetime, unless its value may be older than what Redis remembers.
-- KEYS: entry epoch
-- ARGV: envelope ttl token
--   ttl    milliseconds, 0 for none
--   token  the stamp "<epoch>:<generation>:<run>" at which the value's computation began
-- Reply: {1 when stored and 0 when refused, stamp now ('' when there is none)}
-- Cost: O(size of the envelope)
local stamp = redis.call('GET', KEYS[2])
if not stamp then
  return {0, ''}
end

-- Same history and not from its future: only then do the numbers compare.
if stamp ~= ARGV[3] then
  local epoch, lineage = string.match(stamp, '^(%d+):(.+)$')
  local begun, begunIn = string.match(ARGV[3], '^(%d+):(.+)$')
  if lineage ~= begunIn or tonumber(begun) > tonumber(epoch) then
    return {0, stamp}
  end
end

if ARGV[2] == '0' then
  redis.call('SET', KEYS[1], ARGV[1])
else
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
return {1, stamp}
