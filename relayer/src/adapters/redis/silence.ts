import type { Redis } from 'ioredis';
import type { TradeId } from '#client';
import { tradeId } from '#client';
import type { RelayerErrorCode } from '../../errors.ts';
import { adviceFor } from '../../errors.ts';
import type { Silence } from '../../ports.ts';
import { askRedis } from './ask.ts';
import { generationKey, isGeneration, tradeStreamKey } from './keys.ts';

/**
 * Looks at where the stream ends and what follows an id, at one moment.
 * KEYS pointer, prefix of the streams · ARGV entry id of the reader · returns {type of the pointer, generation, type of the stream,
 * last id, next id}, as far as there are any
 */
const LOOK = `
local pointed = redis.call('TYPE', KEYS[1]).ok
if pointed ~= 'string' then return { pointed } end
local generation = redis.call('GET', KEYS[1])
local stream = KEYS[2] .. generation
local found = redis.call('TYPE', stream).ok
if found ~= 'stream' then return { pointed, generation, found } end
local last = ''
local info = redis.call('XINFO', 'STREAM', stream)
for i = 1, #info, 2 do
  if info[i] == 'last-generated-id' then last = info[i + 1] end
end
local next = redis.call('XRANGE', stream, '(' .. ARGV[1], '+', 'COUNT', 1)[1]
return { pointed, generation, found, last, next and next[1] or '' }`;

/** `<trade_id>-0`: any other id did not come from an engine that keeps the contract. */
const ENTRY_ID = /^([1-9]\d*)-0$/;
/** Enough of a text to recognise it. */
const MAX_QUOTED = 40;

/**
 * Why a reader at `after` has nothing to read.
 * @param isPointerKnown the reader has seen a pointer before
 * @throws LockstepError REDIS_REFUSED
 */
export async function lookAt(redis: Redis, market: string, after: TradeId, isPointerKnown: boolean): Promise<Silence> {
  const pointer = generationKey(market);
  const keys = [pointer, tradeStreamKey(market, '')];
  const answer = await askRedis(`look at ${pointer}`, () => redis.eval(LOOK, keys.length, ...keys, `${after}-0`));
  const [pointed, generation = '', type, last = '', next = ''] = (answer as unknown[]).map(String);
  const stands = `the lane stands after trade ${after}`;
  if (pointed === 'none') {
    return { kind: 'absent', isKnown: isPointerKnown || after > 0n, flaw: gap(`${pointer} is gone; ${stands}`) };
  }
  if (!isGeneration(generation)) {
    const held = pointed === 'string' ? `holds ${quoted(generation)}` : `is a ${pointed}`;
    const reason = `${pointer} ${held}, which is no generation. ${adviceFor('GENERATION_INVALID')}`;
    return broken('GENERATION_INVALID', reason);
  }
  const stream = tradeStreamKey(market, generation);
  if (type === 'none') return { kind: 'absent', isKnown: after > 0n, flaw: gap(`${stream} is gone; ${stands}`) };
  if (type !== 'stream') return broken('STREAM_ENTRY_INVALID', `${stream} is a ${type} and no stream`);
  if (next !== '') return judgeNext(stream, next, after + 1n);
  if (last === `${after}-0`) return { kind: 'sound' };
  const end = tradeId(last.split('-')[0] ?? '');
  if (end < after) return { kind: 'behind', end, flaw: gap(`${stream} ends with ${last}; ${stands}`) };
  return broken('TRADE_GAP', `${stream} ends with ${last} and has no trade ${after + 1n} any more`);
}

function judgeNext(stream: string, next: string, expected: bigint): Silence {
  const named = ENTRY_ID.exec(next)?.[1];
  if (named === undefined) {
    return broken('STREAM_ENTRY_INVALID', `${stream} has an entry ${next} where ${expected}-0 was expected`);
  }
  if (named === `${expected}`) return { kind: 'sound' };
  return broken('TRADE_GAP', `${stream} has trade ${named} where ${expected} was expected`);
}

const gap = (reason: string) => ({ code: 'TRADE_GAP', reason });
const broken = (code: RelayerErrorCode, reason: string): Silence => ({ kind: 'broken', flaw: { code, reason } });
const quoted = (text: string): string => JSON.stringify(text.slice(0, MAX_QUOTED));
