-- Appends trades to the stream of a generation, all of them or none, only if they follow what is there: a repeated, skipped
-- or second-hand id cannot get in, not even with two writers.
-- KEYS[1]  stream
-- KEYS[2]  pointer to the generation readers follow
-- KEYS[3]  hash engine:<market>
-- ARGV[1]  token of the writing engine, or '' for a writer that claimed nothing
-- ARGV[2]  generation the pointer must name
-- ARGV[3]  entry id the stream must end with: '<last trade id>-0', or '0-0' for a stream that has none yet
-- ARGV[4]  value of field v: schema of the payloads
-- ARGV[5…] pairs of entry id '<trade id>-0' and payload, in order
-- Returns {'appended', last} or, having added nothing, what was found instead: {'owner', token}, {'pointer', generation},
-- {'last', entry id}; '' stands for a missing value.
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
if last ~= ARGV[3] then return { 'last', last } end
for i = 5, #ARGV, 2 do
  redis.call('XADD', KEYS[1], ARGV[i], 'v', ARGV[4], 'p', ARGV[i + 1])
end
return { 'appended', last }
