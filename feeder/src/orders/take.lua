-- Reads the orders behind the last one that was taken, only for the engine that may write the market. When that one is not in the
-- stream any more, the stream was trimmed beyond it, emptied or begun anew: then it is read from its start.
-- KEYS[1]  stream orders:<market>
-- KEYS[2]  hash engine:<market>
-- ARGV[1]  token of the engine
-- ARGV[2]  id of the last entry that was taken, or '0-0'
-- ARGV[3]  entries at most
-- ARGV[4]  characters of a field at most; a longer one is cut to one more
-- Returns {'taken', JSON list of [entry id, v, o]}, {'taken', ''} when there is none, {'spoiled', type of the key}, or {'owner', token};
-- '' stands for a missing value or field.
local owner = redis.pcall('HGET', KEYS[2], 'owner')
if type(owner) ~= 'string' then owner = '' end
if owner ~= ARGV[1] then return { 'owner', owner } end
local kind = redis.call('TYPE', KEYS[1]).ok
if kind == 'none' then return { 'taken', '' } end
if kind ~= 'stream' then return { 'spoiled', kind } end
local count = tonumber(ARGV[3])
local found = redis.call('XRANGE', KEYS[1], ARGV[2], '+', 'COUNT', count + 1)
local first = 1
if #found > 0 and found[1][1] == ARGV[2] then
  first = 2
else
  found = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', count)
end
local taken = {}
for at = first, #found do
  local entry = { found[at][1], '', '' }
  for i = 1, #found[at][2], 2 do
    local name = found[at][2][i]
    local value = string.sub(found[at][2][i + 1], 1, tonumber(ARGV[4]) + 1)
    if name == 'v' then entry[2] = value elseif name == 'o' then entry[3] = value end
  end
  table.insert(taken, entry)
end
if #taken == 0 then return { 'taken', '' } end
return { 'taken', cjson.encode(taken) }
