-- Appends trades to the stream of a generation, all of them or none, only if they follow what is there: a repeated, skipped
-- or second-hand id cannot get in, not even with two writers.
-- KEYS[1]  stream
-- ARGV[1]  entry id the stream must end with: '<last trade id>-0', or '0-0' for a stream that has none yet
-- ARGV[2]  value of field v: schema of the payloads
-- ARGV[3…] pairs of entry id '<trade id>-0' and payload, in order
-- Returns the entry id the stream ended with before the call; it is ARGV[1] if, and only if, the trades were appended.
local last = '0-0'
if redis.call('EXISTS', KEYS[1]) == 1 then
  local info = redis.call('XINFO', 'STREAM', KEYS[1])
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then last = info[i + 1] end
  end
end
if last == ARGV[1] then
  for i = 3, #ARGV, 2 do
    redis.call('XADD', KEYS[1], ARGV[i], 'v', ARGV[2], 'p', ARGV[i + 1])
  end
end
return last
