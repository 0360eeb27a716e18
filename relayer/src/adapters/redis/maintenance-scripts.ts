/**
 * The Lua scripts with which operators change a lane's maintenance. Each compares before it writes, tells whoever listens, and may be
 * repeated.
 */

/** A key of another type holds no maintenance, and gives way. */
const STANDING = `
local function standing(key)
  if redis.call('TYPE', key).ok ~= 'hash' then return nil end
  return redis.call('HGET', key, 'id')
end`;

/**
 * Begins a maintenance, or restores one as it was.
 * KEYS maintenance, ended · ARGV channel, id, (field, value)* · returns {1, id} when it stands now, {0, id that stands} when another does,
 * {2, id} when it has ended already
 */
export const BEGIN = `${STANDING}
local stands = standing(KEYS[1])
if stands then return { stands == ARGV[2] and 1 or 0, stands } end
if redis.call('GET', KEYS[2]) == ARGV[2] then return { 2, ARGV[2] } end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], unpack(ARGV, 3))
redis.call('PUBLISH', ARGV[1], ARGV[2])
return { 1, ARGV[2] }`;

/**
 * Moves it from one phase to the next one.
 * KEYS maintenance · ARGV channel, id, from, to, now ms · returns {1, to} when it is there, otherwise {0, phase or '', id or ''}
 */
export const MOVE = `${STANDING}
local stands = standing(KEYS[1])
if not stands then return { 0, '', '' } end
local phase = redis.call('HGET', KEYS[1], 'phase') or ''
if stands == ARGV[2] and phase == ARGV[4] then return { 1, phase } end
if stands ~= ARGV[2] or phase ~= ARGV[3] then return { 0, phase, stands } end
redis.call('HSET', KEYS[1], 'phase', ARGV[4], 'phase_ms', ARGV[5])
redis.call('PUBLISH', ARGV[1], ARGV[2])
return { 1, ARGV[4] }`;

/**
 * Ends it, and asks the engine to run again in the same step; one that somebody else had paused before stays paused.
 * KEYS maintenance, ended, waived, control · ARGV channel, id, request id for the engine · returns {1, request or ''} when it was ended now,
 * {2, ''} when there is none, {0, id that stands}
 */
export const END = `${STANDING}
local stands = standing(KEYS[1])
if not stands then return { 2, '' } end
if stands ~= ARGV[2] then return { 0, stands } end
local request = ARGV[3]
if redis.call('HGET', KEYS[1], 'was_paused') == '1' then request = '' end
redis.call('DEL', KEYS[1], KEYS[3])
redis.call('SET', KEYS[2], ARGV[2])
if request ~= '' then
  if redis.call('TYPE', KEYS[4]).ok ~= 'hash' then redis.call('DEL', KEYS[4]) end
  redis.call('HSET', KEYS[4], 'v', '1', 'mode', 'run', 'mode_request', request)
end
redis.call('PUBLISH', ARGV[1], ARGV[2])
return { 1, request }`;

/**
 * Lets a maintenance pass over an open dead letter.
 * KEYS maintenance, waived · ARGV channel, id, trade id · returns 1, or 0 when this maintenance does not stand
 */
export const WAIVE = `${STANDING}
if standing(KEYS[1]) ~= ARGV[2] then return 0 end
redis.call('SADD', KEYS[2], ARGV[3])
redis.call('PUBLISH', ARGV[1], ARGV[2])
return 1`;

/**
 * What a relayer needs to know of a maintenance, at one moment.
 * KEYS maintenance, ended, control, engine, pointer, prefix of the streams, letters, waived · ARGV ids named at most · returns {type of the
 * maintenance, its fields and values, id that ended last, {request asked of the engine, request answered, why it was refused, mode, last id,
 * ms since it spoke}, last id of the stream, open letters up to the cut that are not waived, the first of them, now in ms}; '' stands for missing
 */
export const LOOK = `
local function fields(key, ...)
  if redis.call('TYPE', key).ok ~= 'hash' then return {} end
  return redis.call('HMGET', key, ...)
end
local kind = redis.call('TYPE', KEYS[1]).ok
local maintenance = kind == 'hash' and redis.call('HGETALL', KEYS[1]) or {}
local said = fields(KEYS[4], 'mode_request', 'mode_refused', 'mode', 'last_id', 'seen_ms')
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local silent = ''
if tonumber(said[5] or '') then silent = string.format('%.0f', math.max(0, now - tonumber(said[5]))) end
local engine = { fields(KEYS[3], 'mode_request')[1] or '', said[1] or '', said[2] or '', said[3] or '', said[4] or '', silent }
local last = ''
if redis.call('TYPE', KEYS[5]).ok == 'string' then
  local stream = KEYS[6] .. redis.call('GET', KEYS[5])
  if redis.call('TYPE', stream).ok == 'stream' then
    local info = redis.call('XINFO', 'STREAM', stream)
    for i = 1, #info, 2 do
      if info[i] == 'last-generated-id' then last = string.match(info[i + 1], '^%d+') end
    end
  end
end
local open, named = 0, {}
local cut = fields(KEYS[1], 'cut')[1]
if cut and string.find(cut, '^%d+$') and #cut <= 20 and redis.call('TYPE', KEYS[7]).ok == 'zset' then
  local function padded(id) return string.rep('0', 20 - #id) .. id end
  local to = '[' .. padded(cut)
  open = redis.call('ZLEXCOUNT', KEYS[7], '-', to)
  local waived, count = {}, 0
  if redis.call('TYPE', KEYS[8]).ok == 'set' then
    for _, id in ipairs(redis.call('SMEMBERS', KEYS[8])) do
      if #id <= 20 and redis.call('ZSCORE', KEYS[7], padded(id)) and padded(id) <= padded(cut) then
        waived[padded(id)] = true
        count = count + 1
      end
    end
  end
  for _, id in ipairs(redis.call('ZRANGEBYLEX', KEYS[7], '-', to, 'LIMIT', 0, ARGV[1] + count)) do
    if not waived[id] and #named < tonumber(ARGV[1]) then named[#named + 1] = id end
  end
  open = open - count
end
return { kind, maintenance, redis.call('GET', KEYS[2]) or '', engine, last, open, named, string.format('%.0f', now) }`;

/**
 * Has the pause of a maintenance stand in the engine's control keys until it is answered, and notes whether somebody else had paused the
 * engine before. Once the cut is known, what others ask of the engine stands.
 * KEYS fence, maintenance, control, engine · ARGV token, id · returns 1, or 0 when the lane is lost
 */
export const ASK_PAUSE = `${STANDING}
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if standing(KEYS[2]) ~= ARGV[2] then return 1 end
local function fields(key, ...)
  if redis.call('TYPE', key).ok ~= 'hash' then return {} end
  return redis.call('HMGET', key, ...)
end
local wish, said = fields(KEYS[3], 'mode', 'mode_request', 'v'), fields(KEYS[4], 'mode', 'mode_request')
local asked, answered = wish[2] or '', said[2] or ''
if answered == ARGV[2] or (asked == ARGV[2] and wish[1] == 'pause' and wish[3] == '1') then return 1 end
local is_cut = redis.call('HEXISTS', KEYS[2], 'cut') == 1
if is_cut and asked ~= '' then return 1 end
local mode = said[1]
if asked ~= '' and asked ~= answered then mode = wish[1] end
if mode == 'pause' and not is_cut then redis.call('HSET', KEYS[2], 'was_paused', '1') end
if redis.call('TYPE', KEYS[3]).ok ~= 'hash' then redis.call('DEL', KEYS[3]) end
redis.call('HSET', KEYS[3], 'v', '1', 'mode', 'pause', 'mode_request', ARGV[2])
return 1`;

/**
 * The relayer's word about a maintenance that is draining: the cut, which is written once, or that the lane is ready.
 * KEYS fence, maintenance · ARGV token, channel, id, field, value, now ms · returns 0 when the lane is lost, 1 when it is written or does not
 * stand so any more
 */
export const NOTE = `${STANDING}
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if standing(KEYS[2]) ~= ARGV[3] or redis.call('HGET', KEYS[2], 'phase') ~= 'draining' then return 1 end
if ARGV[4] == 'cut' then
  redis.call('HSETNX', KEYS[2], 'cut', ARGV[5])
else
  redis.call('HSET', KEYS[2], ARGV[4], ARGV[5], 'phase_ms', ARGV[6])
end
redis.call('PUBLISH', ARGV[2], ARGV[3])
return 1`;

/**
 * Writes back what Redis forgot, unless something stands there or it has ended.
 * KEYS fence, maintenance, ended · ARGV token, channel, id, (field, value)* · returns 1, or 0 when the lane is lost
 */
export const WRITE_BACK = `${STANDING}
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if standing(KEYS[2]) or redis.call('GET', KEYS[3]) == ARGV[3] then return 1 end
redis.call('DEL', KEYS[2])
redis.call('HSET', KEYS[2], unpack(ARGV, 4))
redis.call('PUBLISH', ARGV[2], ARGV[3])
return 1`;

/** Nothing is to be said of a maintenance any more. KEYS fence, flush · ARGV token · returns 1, or 0 when the lane is lost */
export const HUSH = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[2])
return 1`;
