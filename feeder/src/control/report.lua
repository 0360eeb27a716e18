-- Replaces what the engine says of itself, and shows that it is alive. Only the owner may.
-- KEYS[1]  string engine:<market>:lease
-- KEYS[2]  hash engine:<market>
-- ARGV[1]  token of the engine
-- ARGV[2]  milliseconds a silent engine keeps the market
-- ARGV[3…] the new content of engine:<market>: field, value, …
-- Returns {'reported', token} or, having done nothing, {'owner', token}; '' stands for none.
local owner = redis.pcall('HGET', KEYS[2], 'owner')
if type(owner) ~= 'string' then owner = '' end
if owner ~= ARGV[1] then return { 'owner', owner } end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('DEL', KEYS[2])
redis.call('HSET', KEYS[2], unpack(ARGV, 3))
return { 'reported', ARGV[1] }
