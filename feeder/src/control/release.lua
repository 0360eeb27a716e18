-- Gives the market up at once, so that the next engine need not wait for the lease to run out.
-- KEYS[1]  string engine:<market>:lease
-- ARGV[1]  token of the engine
-- Returns {'released', token} or {'held', token of the engine that has it}; '' stands for none.
local holder = redis.call('GET', KEYS[1]) or ''
if holder ~= ARGV[1] then return { 'held', holder } end
redis.call('DEL', KEYS[1])
return { 'released', ARGV[1] }
