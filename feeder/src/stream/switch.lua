-- Points readers at a new generation and answers the request for it, in one step, only when its stream is complete. Streams that
-- were begun and abandoned on the way are removed: nobody was ever pointed at them.
-- KEYS[1]  prefix of the streams, 'trades:<market>:'
-- KEYS[2]  pointer to the generation readers follow
-- KEYS[3]  hash engine:<market>
-- ARGV[1]  token of the engine
-- ARGV[2]  generation the pointer must name
-- ARGV[3]  the new generation
-- ARGV[4]  entry id its stream must end with
-- ARGV[5…] the new content of engine:<market>: field, value, …
-- Returns {'switched', generation}, also when repeated, or, having done nothing, {'owner', token}, {'pointer', generation} or
-- {'last', entry id}; '' stands for missing.
local owner = redis.pcall('HGET', KEYS[3], 'owner')
if type(owner) ~= 'string' then owner = '' end
if owner ~= ARGV[1] then return { 'owner', owner } end
local pointer = redis.call('GET', KEYS[2]) or ''
if pointer == ARGV[3] then return { 'switched', ARGV[3] } end
if pointer ~= ARGV[2] then return { 'pointer', pointer } end
local last = ''
if redis.call('EXISTS', KEYS[1] .. ARGV[3]) == 1 then
  local info = redis.call('XINFO', 'STREAM', KEYS[1] .. ARGV[3])
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then last = info[i + 1] end
  end
end
if last ~= ARGV[4] then return { 'last', last } end
for number = tonumber(ARGV[2]) + 1, tonumber(ARGV[3]) - 1 do
  redis.call('UNLINK', KEYS[1] .. string.format('%.0f', number))
end
redis.call('SET', KEYS[2], ARGV[3])
redis.call('DEL', KEYS[3])
redis.call('HSET', KEYS[3], unpack(ARGV, 5))
return { 'switched', ARGV[3] }
