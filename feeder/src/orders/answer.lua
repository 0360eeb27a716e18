-- Appends answers to orders, only for the engine that may write the market.
-- KEYS[1]  stream orders:<market>:answers
-- KEYS[2]  hash engine:<market>
-- ARGV[1]  token of the engine
-- ARGV[2]  entries the stream keeps, about
-- ARGV[3…] for each answer: how many values follow, then field, value, …
-- Returns {'answered', ''}, or having added nothing {'spoiled', type of the key} or {'owner', token}; '' stands for none.
local owner = redis.pcall('HGET', KEYS[2], 'owner')
if type(owner) ~= 'string' then owner = '' end
if owner ~= ARGV[1] then return { 'owner', owner } end
local kind = redis.call('TYPE', KEYS[1]).ok
if kind ~= 'none' and kind ~= 'stream' then return { 'spoiled', kind } end
local at = 3
while at <= #ARGV do
  local last = at + tonumber(ARGV[at])
  redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], '*', unpack(ARGV, at + 1, last))
  at = last + 1
end
return { 'answered', '' }
