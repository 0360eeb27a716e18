-- Opens the stream of a new generation, empty, so that its first entry is the one after a given id. A number whose stream exists
-- was begun and abandoned: it is passed over. Readers see nothing of it until switch.lua has set the pointer.
-- KEYS[1]  prefix of the streams, 'trades:<market>:'
-- KEYS[2]  pointer to the generation readers follow
-- KEYS[3]  hash engine:<market>
-- ARGV[1]  token of the engine
-- ARGV[2]  generation the pointer must name
-- ARGV[3]  the first number to try
-- ARGV[4]  entry id the stream is to end with: '<trade id>-0'
-- Returns {'opened', generation} or, having done nothing, {'owner', token} or {'pointer', generation}; '' stands for missing.
local owner = redis.pcall('HGET', KEYS[3], 'owner')
if type(owner) ~= 'string' then owner = '' end
if owner ~= ARGV[1] then return { 'owner', owner } end
local pointer = redis.call('GET', KEYS[2]) or ''
if pointer ~= ARGV[2] then return { 'pointer', pointer } end
local number = tonumber(ARGV[3])
while redis.call('EXISTS', KEYS[1] .. string.format('%.0f', number)) == 1 do number = number + 1 end
local name = string.format('%.0f', number)
redis.call('XGROUP', 'CREATE', KEYS[1] .. name, 'opening', '0', 'MKSTREAM')
redis.call('XGROUP', 'DESTROY', KEYS[1] .. name, 'opening')
redis.call('XSETID', KEYS[1] .. name, ARGV[4])
return { 'opened', name }
