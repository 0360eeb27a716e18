import type { Redis } from 'ioredis';
import { askRedis } from './ask.ts';

/**
 * The Lua scripts of the relayer. Each checks the fence first, so a relayer that lost its lane without noticing writes nothing.
 * All may be repeated: a command whose answer was lost is sent again on reconnect.
 */

/**
 * Claims the lane.
 * KEYS lease, fence · ARGV token, ttl ms · returns {1, token that had it last or ''} when claimed (or held already), {0, ''} while
 * another token holds it
 */
export const CLAIM = `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return { 0, '' } end
local before = redis.call('GET', KEYS[2]) or ''
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('SET', KEYS[2], ARGV[1])
return { 1, before }`;

/**
 * Keeps the lane; also after the lease ran out, as long as nobody else claimed the lane since.
 * KEYS lease, fence · ARGV token, ttl ms · returns 1 when kept, 0 when lost
 */
export const RENEW = `
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`;

/** Gives the lane up. KEYS lease · ARGV token · returns 1 when it was held, else 0 */
export const RELEASE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`;

/** Ids of one length sort as text; Redis would sort numbers as doubles, which end at 2^53. */
export const PADDED = `
local function padded(id) return string.rep('0', 20 - #id) .. id end`;

/**
 * Writes a row and the dead letters of the trades refused with it.
 * KEYS fence, rows, rejected, letters · ARGV token, batch key, row, (trade id, letter)* · returns 1, or 0 when the lane is lost
 */
export const SAVE = `${PADDED}
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
for i = 4, #ARGV, 2 do
  redis.call('HSET', KEYS[3], ARGV[i], ARGV[i + 1])
  redis.call('ZADD', KEYS[4], 0, padded(ARGV[i]))
end
return 1`;

/**
 * Forgets a row that can never land, and the dead letters of its trades.
 * KEYS fence, rows, rejected, letters · ARGV token, batch key, trade id* · returns 1, or 0 when the lane is lost
 */
export const DROP = `${PADDED}
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('HDEL', KEYS[2], ARGV[2])
for i = 3, #ARGV do
  redis.call('HDEL', KEYS[3], ARGV[i])
  redis.call('ZREM', KEYS[4], padded(ARGV[i]))
end
return 1`;

/**
 * Puts rows the chain took in place of others.
 * KEYS fence, rows, rejected, letters · ARGV token, n replaced, n trades, replaced batch key*n, trade id*n to forget, (batch key, row)*
 * · returns 1, or 0 when the lane is lost
 */
export const ADOPT = `${PADDED}
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
local trades = 4 + ARGV[2]
local rows = trades + ARGV[3]
for i = 4, trades - 1 do redis.call('HDEL', KEYS[2], ARGV[i]) end
for i = trades, rows - 1 do
  redis.call('HDEL', KEYS[3], ARGV[i])
  redis.call('ZREM', KEYS[4], padded(ARGV[i]))
end
for i = rows, #ARGV, 2 do redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end
return 1`;

/**
 * Moves a finalised row to the settled log, once: a row that is gone has been moved already. Writes the dead letters of the trades the
 * program passed over; those and the ones of its voids are facts from now on.
 * KEYS fence, rows, settled, rejected, voids, letters · ARGV token, batch key, entries kept, landing, n letters, n voids, (trade id,
 * letter)*n, trade id*n, (field, value)* · returns 1, or 0 when the lane is lost
 */
export const RETIRE = `${PADDED}
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if redis.call('HDEL', KEYS[2], ARGV[2]) == 0 then return 1 end
local voids = 7 + 2 * ARGV[5]
local fields = voids + ARGV[6]
for i = 7, voids - 1, 2 do
  redis.call('HSET', KEYS[4], ARGV[i], ARGV[i + 1])
  redis.call('ZADD', KEYS[6], 0, padded(ARGV[i]))
end
for i = voids, fields - 1 do
  if redis.call('HEXISTS', KEYS[4], ARGV[i]) == 1 then redis.call('HSET', KEYS[5], ARGV[i], ARGV[4]) end
end
redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[3], '*', unpack(ARGV, fields))
return 1`;

/**
 * Runs one of them; answers whether it did what it says.
 * @throws LockstepError REDIS_REFUSED when Redis answered with an error: out of memory, read-only, ...
 */
export async function runScript(
  redis: Redis,
  script: string,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<boolean> {
  const answer = await askRedis('write', () => redis.eval(script, keys.length, ...keys, ...args));
  return answer === 1;
}
