import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import type { TradeId, TradeV1 } from '#client';
import { LockstepError, tradeId } from '#client';
import { encodeTradeEvent, SCHEMA_V1 } from './encode-event.ts';
import { generationKey, tradeStreamKey } from './keys.ts';

const APPEND = readFileSync(new URL('append.lua', import.meta.url), 'utf8');

/** Trades in one write: enough to make the round trip cheap, few enough not to hold Redis up. */
const MAX_TRADES_PER_WRITE = 500;

/** The engine's pen: writes trades to the current generation, ids without gaps from 1, each once. */
export interface Publisher {
  readonly generation: bigint;
  /** The last id in the stream; 0 before the first. */
  readonly lastId: TradeId;
  /**
   * Returns when all trades are in the stream, in order.
   * @throws LockstepError PUBLISH_DUPLICATE, PUBLISH_GAP, PUBLISH_CONFLICT (another writer); that write added nothing
   */
  publish(trades: readonly TradeV1[]): Promise<void>;
}

/** Continues the market's current generation, or opens the first one. */
export async function openPublisher(redis: Redis, market: string): Promise<Publisher> {
  await redis.set(generationKey(market), '1', 'NX');
  const generation = BigInt((await redis.get(generationKey(market))) ?? '1');
  const stream = tradeStreamKey(market, generation);
  let lastId = tradeId((await append(redis, stream, '', [])).replace(/-\d+$/, ''));

  const write = async (trades: readonly TradeV1[]) => {
    const before = `${lastId}-0`;
    const found = await append(redis, stream, before, trades);
    if (found !== before) throw conflict(stream, before, found);
    lastId = trades.at(-1)?.tradeId ?? lastId;
  };
  return {
    generation,
    get lastId() {
      return lastId;
    },
    publish: async (trades) => {
      for (let at = 0; at < trades.length; at += MAX_TRADES_PER_WRITE) {
        const next = trades.slice(at, at + MAX_TRADES_PER_WRITE);
        refuseUnlessNext(lastId, next);
        await write(next);
      }
    },
  };
}

async function append(redis: Redis, stream: string, after: string, trades: readonly TradeV1[]): Promise<string> {
  const entries = trades.flatMap((trade) => [`${trade.tradeId}-0`, encodeTradeEvent(trade)]);
  return String(await redis.eval(APPEND, 1, stream, after, SCHEMA_V1, ...entries));
}

function refuseUnlessNext(lastId: TradeId, trades: readonly TradeV1[]): void {
  let expected = lastId + 1n;
  for (const { tradeId: id } of trades) {
    if (id < expected) {
      throw new LockstepError(
        'PUBLISH_DUPLICATE',
        `trade ${id} was published already; next is ${expected}`,
        'Continue after the last id in the stream; a trade is published once.',
      );
    }
    if (id > expected) {
      throw new LockstepError(
        'PUBLISH_GAP',
        `trade ${id} would leave a gap; next is ${expected}`,
        'Publish every id in order; a gap can never be filled in a stream.',
      );
    }
    expected += 1n;
  }
}

const conflict = (stream: string, expected: string, found: string): LockstepError =>
  new LockstepError(
    'PUBLISH_CONFLICT',
    `${stream} ends with ${found} where this engine left it at ${expected}`,
    'Stop the other engine of this market, or start this one again so that it continues after the last id.',
  );
