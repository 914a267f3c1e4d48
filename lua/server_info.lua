-- Purpose: tells what a server says of itself, over connections that the client does not let ask for it directly.
-- KEYS: none
-- ARGV: none
-- Reply: the text of INFO, '' when the user may not have it
-- Cost: O(1)
local info = redis.pcall('INFO')
return type(info) == 'string' and info or ''
