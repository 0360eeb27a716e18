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
