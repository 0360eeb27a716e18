import type { Redis } from 'ioredis';
import { relayerError } from '../../errors.ts';
import type { Trimmer } from '../../ports.ts';
import { askRedis } from './ask.ts';
import type { LaneKeys } from './keys.ts';
import { generationKey, tradeStreamKey } from './keys.ts';

/** Abandoned generations lie close below the current one; a pointer far away is nobody's replay. */
const GENERATIONS_BACK = 100;

/**
 * Trims the generation that is read, and deletes the ones before it once it reaches from the first trade still needed to the last
 * final one. The newest entry stays, for an engine that starts to compare with its own trade of that id.
 * KEYS fence, pointer, prefix of the streams · ARGV token, last final trade id, id after it, generation already tidied, generations to look
 * back · returns {1, generation tidied}, {0, ''} when the lane is lost
 */
const TRIM = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return { 0, '' } end
if redis.call('TYPE', KEYS[2]).ok ~= 'string' then return { 1, '' } end
local generation = redis.call('GET', KEYS[2])
if #generation > 15 or not string.find(generation, '^[1-9]%d*$') then return { 1, '' } end
local stream = KEYS[3] .. generation
if redis.call('TYPE', stream).ok ~= 'stream' then return { 1, '' } end
local last
local info = redis.call('XINFO', 'STREAM', stream)
for i = 1, #info, 2 do
  if info[i] == 'last-generated-id' then last = string.match(info[i + 1], '^%d+') end
end
local function at_most(one, other) return #one < #other or (#one == #other and one <= other) end
if not at_most(ARGV[2], last) then return { 1, '' } end
redis.call('XTRIM', stream, 'MINID', (last == ARGV[2] and last or ARGV[3]) .. '-0')
if generation == ARGV[4] then return { 1, generation } end
local first = redis.call('XRANGE', stream, '-', '+', 'COUNT', 1)[1]
local covers = first and at_most(string.match(first[1], '^%d+'), ARGV[3]) or not first and last == ARGV[2]
if not covers then return { 1, '' } end
for number = tonumber(generation) - 1, math.max(1, tonumber(generation) - ARGV[5]), -1 do
  redis.call('UNLINK', KEYS[3] .. string.format('%.0f', number))
end
return { 1, generation }`;

/** For the relayer that claimed the lane with `token`. */
export function createTrimmer(redis: Redis, keys: LaneKeys, market: string, token: string): Trimmer {
  const all = [keys.fence, generationKey(market), tradeStreamKey(market, '')];
  let tidied = '';
  return {
    async trim(finalized) {
      const args = [token, `${finalized}`, `${finalized + 1n}`, tidied, GENERATIONS_BACK];
      const answer = await askRedis('trim the trade stream', () => redis.eval(TRIM, all.length, ...all, ...args));
      const [done, generation] = answer as [number, string];
      if (done !== 1) throw relayerError('LEASE_LOST', 'another relayer has taken the lane; nothing was trimmed');
      tidied = generation;
    },
  };
}
