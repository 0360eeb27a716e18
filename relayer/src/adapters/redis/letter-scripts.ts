import { PADDED } from './scripts.ts';

/** The Lua scripts about dead letters that operators run beside the relayer: they check no fence. */

/**
 * Reads a page of open dead letters.
 * KEYS rejected, letters, voids · ARGV trade id after which it begins, count
 * returns {ids, letters, landings}, each as long as the page, with false for what is not there
 */
export const READ_LETTERS = `${PADDED}
local ids = redis.call('ZRANGE', KEYS[2], '(' .. padded(ARGV[1]), '+', 'BYLEX', 'LIMIT', '0', ARGV[2])
if #ids == 0 then return { {}, {}, {} } end
local names = {}
for i, id in ipairs(ids) do names[i] = string.gsub(id, '^0+', '') end
return { ids, redis.call('HMGET', KEYS[1], unpack(names)), redis.call('HMGET', KEYS[3], unpack(names)) }`;

/**
 * Moves an open dead letter to the closed ones.
 * KEYS rejected, letters, voids, closed · ARGV trade id, entries kept, (field, value)*
 * returns 1, or 0 when it is not open
 */
export const CLOSE_LETTER = `${PADDED}
local letter = redis.call('HGET', KEYS[1], ARGV[1])
if not letter then return 0 end
redis.call('XADD', KEYS[4], 'MAXLEN', '~', ARGV[2], '*', 'id', ARGV[1], 'letter', letter, unpack(ARGV, 3))
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('ZREM', KEYS[2], padded(ARGV[1]))
redis.call('HDEL', KEYS[3], ARGV[1])
return 1`;
