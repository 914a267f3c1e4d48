-- Purpose: removes an entry: revokes the lease on it, numbers the change in the log of removals and announces it.
-- KEYS: entry epoch lease removals
-- ARGV: retention cap publish
--   retention  microseconds for which the log keeps the change
--   cap        the maximum number of changes that the log keeps
--   publish    the command for messages: PUBLISH, or SPUBLISH if they stay on the servers that have the slot
-- Prelude: clock log_changes
-- Reply: {number of this change, number of the change before it}
-- Cost: O(log r) for r changes in the log; the memory is freed in the background; a message
redis.call('UNLINK', KEYS[1])
redis.call('DEL', KEYS[3])
return {log_changes(KEYS[4], {KEYS[1]}, KEYS[2], ARGV[1], ARGV[2], ARGV[3])}
