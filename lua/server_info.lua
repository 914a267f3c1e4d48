-- Purpose: returns the server's INFO, over connections that the client does not let ask for it directly.
-- KEYS: none
-- ARGV: none
-- Reply: the text of INFO, '' if the user has no permission for it
-- Cost: O(1)
local info = redis.pcall('INFO')
return type(info) == 'string' and info or ''
