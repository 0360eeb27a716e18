/** The Lua scripts about a lane's control. */

/**
 * Says what is in effect, as a whole; whatever else stands there gives way.
 * KEYS fence, lane · ARGV token, ttl ms, (field, value)* · returns 1, or 0 when the lane is lost
 */
export const ANSWER = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[2])
redis.call('HSET', KEYS[2], unpack(ARGV, 3))
redis.call('PEXPIRE', KEYS[2], ARGV[2])
return 1`;

/**
 * The batch version of each row, for operators: checks no fence. A row says it before its trades.
 * KEYS rows · returns {version as text}*
 */
export const ROW_VERSIONS = `
local versions = {}
for i, row in ipairs(redis.call('HVALS', KEYS[1])) do versions[i] = string.match(row, '"version":(%d+)') or '0' end
return versions`;
