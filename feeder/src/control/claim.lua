-- Makes an engine the one that may write a market, unless another one is alive.
-- KEYS[1]  string engine:<market>:lease
-- KEYS[2]  hash engine:<market>
-- ARGV[1]  token of the engine
-- ARGV[2]  milliseconds a silent engine keeps the market
-- Returns {'claimed', token}, also when repeated, or {'held', '<token> <milliseconds left>'}
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then
  return { 'held', holder .. ' ' .. string.format('%.0f', redis.call('PTTL', KEYS[1])) }
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
if redis.call('TYPE', KEYS[2]).ok ~= 'hash' then redis.call('DEL', KEYS[2]) end
redis.call('HSET', KEYS[2], 'owner', ARGV[1])
return { 'claimed', ARGV[1] }
