import type { Redis } from 'ioredis';
import { askRedis } from './ask.ts';

/**
 * The Lua scripts of the relayer. Each checks the fence first, so a relayer that lost its lane without noticing writes nothing.
 * All may be repeated: a command whose answer was lost is sent again on reconnect.
 */

/**
 * Claims the lane.
 * KEYS lease, fence · ARGV token, ttl ms · returns 1 when claimed (or held already), 0 while another token holds it
 */
export const CLAIM = `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('SET', KEYS[2], ARGV[1])
return 1`;

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

/**
 * Writes a row and the trades refused with it.
 * KEYS fence, rows, rejected · ARGV token, batch key, row, (trade id, record)* · returns 1, or 0 when the lane is lost
 */
export const SAVE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
for i = 4, #ARGV, 2 do redis.call('HSET', KEYS[3], ARGV[i], ARGV[i + 1]) end
return 1`;

/**
 * Forgets a row that can never land, and what was noted about its trades.
 * KEYS fence, rows, rejected · ARGV token, batch key, trade id* · returns 1, or 0 when the lane is lost
 */
export const DROP = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('HDEL', KEYS[2], ARGV[2])
for i = 3, #ARGV do redis.call('HDEL', KEYS[3], ARGV[i]) end
return 1`;

/**
 * Moves a finalised row to the settled log, once: a row that is gone has been moved already.
 * KEYS fence, rows, settled · ARGV token, batch key, entries kept, (field, value)* · returns 1, or 0 when the lane is lost
 */
export const RETIRE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if redis.call('HDEL', KEYS[2], ARGV[2]) == 0 then return 1 end
redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[3], '*', unpack(ARGV, 4))
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
