-- Leaves a stream that somebody else wrote into, or a pointer somebody else moved: opens the next generation, empty, so that its first
-- entry is the one after the engine's last, and points readers at it, in one step. Repeated, it opens one more, which does no harm.
-- KEYS[1]  prefix of the streams, 'trades:<market>:'
-- KEYS[2]  pointer to the generation readers follow
-- KEYS[3]  hash engine:<market>
-- ARGV[1]  token of the engine
-- ARGV[2]  generation the engine wrote
-- ARGV[3]  entry id the new stream is to end with: '<last trade id>-0'
-- ARGV[4…] the new content of engine:<market>, but for the generation: field, value, …
-- Returns {'moved', generation} or, having done nothing, {'owner', token}; '' stands for missing.
local owner = redis.pcall('HGET', KEYS[3], 'owner')
if type(owner) ~= 'string' then owner = '' end
if owner ~= ARGV[1] then return { 'owner', owner } end
local number = tonumber(ARGV[2])
local pointer = redis.pcall('GET', KEYS[2])
if type(pointer) == 'string' and #pointer <= 14 and string.find(pointer, '^[1-9]%d*$') then
  number = math.max(number, tonumber(pointer))
end
repeat number = number + 1 until redis.call('EXISTS', KEYS[1] .. string.format('%.0f', number)) == 0
local name = string.format('%.0f', number)
redis.call('XGROUP', 'CREATE', KEYS[1] .. name, 'opening', '0', 'MKSTREAM')
redis.call('XGROUP', 'DESTROY', KEYS[1] .. name, 'opening')
redis.call('XSETID', KEYS[1] .. name, ARGV[3])
redis.call('SET', KEYS[2], name)
redis.call('DEL', KEYS[3])
redis.call('HSET', KEYS[3], unpack(ARGV, 4))
redis.call('HSET', KEYS[3], 'generation', name)
return { 'moved', name }
