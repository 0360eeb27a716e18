import type { Redis } from 'ioredis';
import type { TradeId } from '#client';
import { tradeId } from '#client';
import { relayerError } from '../../errors.ts';
import type { Clock, StreamEntry, TradeSource } from '../../ports.ts';
import { generationKey, tradeStreamKey } from './keys.ts';

export interface TradeStreamDeps {
  /** A connection of its own: a blocking read holds it. */
  readonly redis: Redis;
  readonly market: string;
  readonly clock: Clock;
}

/** `<trade_id>-0`: any other id did not come from an engine that keeps the contract. */
const ENTRY_ID = /^([1-9]\d*)-0$/;

/**
 * The trade stream of a market. The generation is looked up before each read, so a switch takes effect within one wait; reading
 * on from the last id drops what the new generation repeats. A read that is cut short ends the connection: nothing else frees a
 * blocked one.
 */
export function createTradeStream({ redis, market, clock }: TradeStreamDeps): TradeSource {
  const read: TradeSource['read'] = async (after, max, waitMs, signal) => {
    const generation = await redis.get(generationKey(market));
    if (generation === null) {
      await clock.sleep(waitMs, signal);
      return [];
    }
    const key = tradeStreamKey(market, generation);
    // Redis takes whole milliseconds, and 0 as forever.
    const block = Math.max(1, Math.ceil(waitMs));
    const answer = await redis.xreadBuffer('COUNT', max, 'BLOCK', block, 'STREAMS', key, `${after}-0`);
    const entries = answer?.[0]?.[1] ?? [];
    return entries.map(([id, fields]) => readEntry(id.toString(), fields));
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
  };
}

function readEntry(id: string, fields: readonly Buffer[]): StreamEntry {
  const name = ENTRY_ID.exec(id)?.[1];
  if (name === undefined) {
    throw relayerError('STREAM_ENTRY_INVALID', `the stream has an entry ${id}; ids are <trade_id>-0, from 1`);
  }
  const named: TradeId = tradeId(name);
  return { tradeId: named, schema: fieldOf(fields, 'v')?.toString(), payload: fieldOf(fields, 'p') };
}

function fieldOf(fields: readonly Buffer[], name: string): Buffer | undefined {
  const at = fields.findIndex((field, index) => index % 2 === 0 && field.toString() === name);
  return at === -1 ? undefined : fields[at + 1];
}
