import type { Redis } from 'ioredis';
import type { TradeId } from '#client';
import { tradeId } from '#client';
import type { Clock, StreamEntry, TradeSource } from '../../ports.ts';
import { askRedis, isWrongType } from './ask.ts';
import { generationKey, isGeneration, tradeStreamKey } from './keys.ts';
import { lookAt } from './silence.ts';

export interface TradeStreamDeps {
  /** A connection of its own: a blocking read holds it. */
  readonly redis: Redis;
  readonly market: string;
  readonly clock: Clock;
}

/**
 * The trade stream of a market. The generation is looked up before each read, so a switch takes effect within one wait; reading
 * on from the last id drops what the new generation repeats. A read that is cut short ends the connection: nothing else frees a
 * blocked one.
 */
export function createTradeStream({ redis, market, clock }: TradeStreamDeps): TradeSource {
  const pointer = generationKey(market);
  let isPointerKnown = false;

  const read: TradeSource['read'] = async (after, max, waitMs, signal) => {
    const generation = await unlessWrongType(askRedis(`read ${pointer}`, () => redis.get(pointer)));
    if (typeof generation !== 'string' || !isGeneration(generation)) {
      await clock.sleep(waitMs, signal);
      return [];
    }
    isPointerKnown = true;
    const key = tradeStreamKey(market, generation);
    // Redis takes whole milliseconds, and 0 as forever.
    const block = Math.max(1, Math.ceil(waitMs));
    const reading = askRedis(`read ${key}`, () =>
      redis.xreadBuffer('COUNT', max, 'BLOCK', block, 'STREAMS', key, `${after}-0`),
    );
    const answer = await unlessWrongType(reading);
    const entries = inTurn(answer?.[0]?.[1] ?? [], after);
    // Something that does not continue `after` is there at once, and stays.
    if (answer !== null && entries.length === 0) await clock.sleep(waitMs, signal);
    return entries;
  };

  return {
    async read(after, max, waitMs, signal) {
      if (signal.aborted) return [];
      const cut = () => redis.disconnect();
      signal.addEventListener('abort', cut, { once: true });
      try {
        return await read(after, max, waitMs, signal);
      } catch (error) {
        if (signal.aborted) return [];
        throw error;
      } finally {
        signal.removeEventListener('abort', cut);
      }
    },
    silence(after) {
      return lookAt(redis, market, after, isPointerKnown);
    },
  };
}

/** A key of another type has nothing to read; `silence` names it. */
async function unlessWrongType<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isWrongType(error)) return undefined;
    throw error;
  }
}

/** The entries that follow `after` one by one; what comes after a gap or a foreign id is left. */
export function inTurn(entries: readonly (readonly [Buffer, Buffer[]])[], after: TradeId): StreamEntry[] {
  const next: StreamEntry[] = [];
  for (const [id, fields] of entries) {
    const expected = after + BigInt(next.length) + 1n;
    if (id.toString() !== `${expected}-0`) break;
    const [schema, payload] = [fieldOf(fields, 'v')?.toString(), fieldOf(fields, 'p')];
    next.push({ tradeId: tradeId(expected), schema, payload });
  }
  return next;
}

function fieldOf(fields: readonly Buffer[], name: string): Buffer | undefined {
  const at = fields.findIndex((field, index) => index % 2 === 0 && field.toString() === name);
  return at === -1 ? undefined : fields[at + 1];
}
