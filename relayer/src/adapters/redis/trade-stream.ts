import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { TradeId } from '#client';
import { tradeId } from '#client';
import type { Blocked } from '../../domain/blocked.ts';
import { adviceFor, relayerError } from '../../errors.ts';
import type { Clock, StreamEntry, TradeSource } from '../../ports.ts';
import { askRedis } from './ask.ts';
import { generationKey, tradeStreamKey } from './keys.ts';

export interface TradeStreamDeps {
  /** A connection of its own: a blocking read holds it. */
  readonly redis: Redis;
  readonly market: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called when what holds the stream changes; undefined when it can be read again. */
  readonly onBlocked: (cause: Blocked | undefined) => void;
}

/** Enough of a pointer to recognise it. */
const MAX_QUOTED = 40;
/** Counted from 1, as the engine does. */
const GENERATION = /^[1-9]\d{0,14}$/;
/** `<trade_id>-0`: any other id did not come from an engine that keeps the contract. */
const ENTRY_ID = /^([1-9]\d*)-0$/;

/**
 * The trade stream of a market. The generation is looked up before each read, so a switch takes effect within one wait; reading
 * on from the last id drops what the new generation repeats. A read that is cut short ends the connection: nothing else frees a
 * blocked one.
 */
export function createTradeStream({ redis, market, clock, logger, onBlocked }: TradeStreamDeps): TradeSource {
  /** The pointer's text while it is no generation. */
  let held: string | undefined;
  const hold = (text: string | undefined) => {
    if (text === held) return;
    held = text;
    if (text === undefined) return onBlocked(undefined);
    const code = 'GENERATION_INVALID';
    const reason = `${generationKey(market)} holds ${JSON.stringify(text.slice(0, MAX_QUOTED))}, which is no generation. ${adviceFor(code)}`;
    logger.warn({ code, reason }, 'the trade stream is not read');
    onBlocked({ code, reason });
  };
  const read: TradeSource['read'] = async (after, max, waitMs, signal) => {
    const pointer = generationKey(market);
    const generation = await askRedis(`read ${pointer}`, () => redis.get(pointer));
    hold(generation === null || GENERATION.test(generation) ? undefined : generation);
    if (generation === null || held !== undefined) {
      await clock.sleep(waitMs, signal);
      return [];
    }
    const key = tradeStreamKey(market, generation);
    // Redis takes whole milliseconds, and 0 as forever.
    const block = Math.max(1, Math.ceil(waitMs));
    const answer = await askRedis(`read ${key}`, () =>
      redis.xreadBuffer('COUNT', max, 'BLOCK', block, 'STREAMS', key, `${after}-0`),
    );
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
