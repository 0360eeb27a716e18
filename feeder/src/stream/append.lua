-- Appends trades to the stream of a generation, all of them or none, only if they follow what is there: a repeated, skipped
-- or second-hand id cannot get in, not even with two writers. A connection that breaks has a write sent again: what the owner finds where
-- it was about to write is its own only when the bytes are, up to a trimmed beginning.
-- KEYS[1]  stream
-- KEYS[2]  pointer to the generation readers follow
-- KEYS[3]  hash engine:<market>
-- ARGV[1]  token of the writing engine, or '' for a writer that claimed nothing
-- ARGV[2]  generation the pointer must name
-- ARGV[3]  entry id the stream must end with: '<last trade id>-0', or '0-0' for a stream that has none yet
-- ARGV[4…] for each trade, in order: entry id '<trade id>-0', value of field v (schema of the payload), payload, and value of
--          field r (the id it replaces) or ''
-- Returns {'appended', last} or, having added nothing, what was found instead: {'owner', token}, {'pointer', generation},
-- {'last', entry id}, and to an engine that finds its last trade's id there: {'repeated', entry id}, or {'foreign', what entry it is} of
-- the first one that is not what it wrote; '' stands for a missing value.
local function shown(id, fields)
  for i = 1, #fields, 2 do
    if fields[i] == 'p' then
      local bytes = string.sub(fields[i + 1], 1, 64)
      return id .. ' with p = ' .. string.gsub(bytes, '.', function(c) return string.format('%02x', string.byte(c)) end)
    end
  end
  return id .. ' without p'
end
local function is_own(fields, i)
  local is_retry = ARGV[i + 3] ~= ''
  return #fields == (is_retry and 6 or 4)
    and fields[1] == 'v' and fields[2] == ARGV[i + 1] and fields[3] == 'p' and fields[4] == ARGV[i + 2]
    and (not is_retry or (fields[5] == 'r' and fields[6] == ARGV[i + 3]))
end
local function judge_repeat(last)
  local found = redis.call('XRANGE', KEYS[1], '(' .. ARGV[3], '+', 'COUNT', (#ARGV - 3) / 4 + 1)
  local at = #ARGV - 3 - 4 * (#found - 1)
  for _, entry in ipairs(found) do
    if at < 4 or entry[1] ~= ARGV[at] or not is_own(entry[2], at) then return { 'foreign', shown(entry[1], entry[2]) } end
    at = at + 4
  end
  if #found == 0 then return { 'foreign', last .. ', which is gone' } end
  return { 'repeated', last }
end
if ARGV[1] ~= '' then
  local owner = redis.pcall('HGET', KEYS[3], 'owner')
  if type(owner) ~= 'string' then owner = '' end
  if owner ~= ARGV[1] then return { 'owner', owner } end
end
local pointer = redis.call('GET', KEYS[2]) or ''
if pointer ~= ARGV[2] then return { 'pointer', pointer } end
local last = '0-0'
if redis.call('EXISTS', KEYS[1]) == 1 then
  local info = redis.call('XINFO', 'STREAM', KEYS[1])
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then last = info[i + 1] end
  end
end
if last ~= ARGV[3] then
  if ARGV[1] ~= '' and #ARGV > 4 and last == ARGV[#ARGV - 3] then return judge_repeat(last) end
  return { 'last', last }
end
for i = 4, #ARGV, 4 do
  if ARGV[i + 3] == '' then
    redis.call('XADD', KEYS[1], ARGV[i], 'v', ARGV[i + 1], 'p', ARGV[i + 2])
  else
    redis.call('XADD', KEYS[1], ARGV[i], 'v', ARGV[i + 1], 'p', ARGV[i + 2], 'r', ARGV[i + 3])
  end
end
return { 'appended', last }
