import type { Redis } from 'ioredis';
import { relayerError } from '../../errors.ts';
import type { Replays } from '../../ports.ts';
import { askRedis } from './ask.ts';
import type { LaneKeys } from './keys.ts';
import { controlKey, engineKey } from './keys.ts';

/**
 * Has a replay request stand in the control keys until the engine has answered it. One that is there, has no answer and asks for as
 * much stays, whoever wrote it. What is not a hash there says nothing and gives way.
 * KEYS fence, control, engine · ARGV token, trade id, request id · returns {} when the lane is lost, or {request that stands, request
 * answered last, why it was refused, ms since the engine spoke}; '' stands for missing
 */
const ASK = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return {} end
local function fields(key, ...)
  if redis.call('TYPE', key).ok ~= 'hash' then return {} end
  return redis.call('HMGET', key, ...)
end
local said = fields(KEYS[3], 'replay_request', 'replay_refused', 'seen_ms')
local answered, refused = said[1] or '', said[2] or ''
local silent = ''
if tonumber(said[3] or '') then
  local now = redis.call('TIME')
  silent = string.format('%.0f', math.max(0, now[1] * 1000 + math.floor(now[2] / 1000) - tonumber(said[3])))
end
if answered == ARGV[3] then return { ARGV[3], answered, refused, silent } end
local wish = fields(KEYS[2], 'v', 'replay_from', 'replay_request')
local from, request = wish[2] or '', wish[3] or ''
if request == ARGV[3] and wish[1] == '1' and from == ARGV[2] then return { request, answered, refused, silent } end
local is_good = wish[1] == '1' and #request <= 64 and string.find(request, '^[%w._:-]+$')
  and (from == '0' or string.find(from, '^[1-9]%d*$'))
local is_enough = #from < #ARGV[2] or (#from == #ARGV[2] and from <= ARGV[2])
if is_good and is_enough and request ~= ARGV[3] and request ~= answered then return { request, answered, refused, silent } end
if redis.call('TYPE', KEYS[2]).ok ~= 'hash' then redis.call('DEL', KEYS[2]) end
redis.call('HSET', KEYS[2], 'v', '1', 'replay_from', ARGV[2], 'replay_request', ARGV[3])
return { ARGV[3], answered, refused, silent }`;

/** The relayer's side of the engine's control keys (docs/reference/engine.md), for the relayer that claimed the lane with `token`. */
export function createEngineControl(redis: Redis, keys: LaneKeys, market: string, token: string): Replays {
  const all = [keys.fence, controlKey(market), engineKey(market)];
  return {
    async ask(from, request) {
      const answer = await askRedis(`write ${controlKey(market)}`, () =>
        redis.eval(ASK, all.length, ...all, token, `${from}`, request),
      );
      const [stands, answered, refused = '', silent = ''] = (answer as unknown[]).map(String);
      if (stands === undefined)
        throw relayerError('LEASE_LOST', 'another relayer has taken the lane; nothing was asked');
      const silentMs = silent === '' ? undefined : Number(silent);
      if (stands !== answered) return { request: stands, answer: 'none', refused: '', silentMs };
      return { request: stands, answer: refused === '' ? 'done' : 'refused', refused, silentMs };
    },
  };
}
