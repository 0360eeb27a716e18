import type { Redis } from 'ioredis';
import type { TradeId } from '#client';
import { tradeId } from '#client';
import type { EngineTrade } from '../engine/source.ts';
import type { Answer } from '../script.ts';
import { luaScript } from '../script.ts';
import { encodeTradeEvent, SCHEMA_V1 } from './encode-event.ts';
import { engineKey, generationKey, tradeStreamKey } from './keys.ts';
import { conflict, disturbed, lost, refuseUnlessNext } from './refusals.ts';

const append = luaScript(new URL('append.lua', import.meta.url));

/** Trades in one write: enough to make the round trip cheap, few enough not to hold Redis up. */
export const MAX_TRADES_PER_WRITE = 500;

/** Who writes, and for which market. */
export interface Writer {
  readonly redis: Redis;
  readonly market: string;
  /** Claimed by `openControl`; empty for a writer that claimed nothing and has only the last id to go by. */
  readonly token: string;
}

export const entryId = (id: TradeId): string => `${id}-0`;

/** Writes one generation's stream; knows how far it is. */
export class StreamPen {
  readonly generation: bigint;
  readonly #writer: Writer;
  /** The generation readers follow meanwhile: this one, or while this one is not complete the one before. */
  readonly #pointedAt: bigint;
  #lastId: TradeId;

  constructor(writer: Writer, generation: bigint, pointedAt: bigint, lastId: TradeId) {
    this.#writer = writer;
    this.generation = generation;
    this.#pointedAt = pointedAt;
    this.#lastId = lastId;
  }

  get lastId(): TradeId {
    return this.#lastId;
  }

  /** @throws LockstepError PUBLISH_DUPLICATE, PUBLISH_GAP, PUBLISH_CONFLICT, PUBLISH_DISTURBED, PUBLISH_LOST, REDIS_REFUSED */
  async publish(trades: readonly EngineTrade[]): Promise<void> {
    for (let at = 0; at < trades.length; at += MAX_TRADES_PER_WRITE) {
      const next = trades.slice(at, at + MAX_TRADES_PER_WRITE);
      refuseUnlessNext(this.#lastId, next);
      await this.#write(next);
    }
  }

  /** @throws LockstepError PUBLISH_CONFLICT, PUBLISH_LOST, REDIS_REFUSED */
  async findLastId(): Promise<TradeId> {
    const answer = await this.#append('', []);
    if (answer[0] !== 'last') this.#refuse(answer);
    this.#lastId = tradeId(answer[1].replace(/-\d+$/, ''));
    return this.#lastId;
  }

  async #write(trades: readonly EngineTrade[]): Promise<void> {
    const last = trades.at(-1)?.tradeId ?? this.#lastId;
    const answer = await this.#append(entryId(this.#lastId), trades);
    // After a broken connection a write is sent again, and finds what it wrote the first time.
    if (answer[0] !== 'appended' && answer[0] !== 'repeated') this.#refuse(answer);
    this.#lastId = last;
  }

  #append(after: string, trades: readonly EngineTrade[]): Promise<Answer> {
    const { redis, market, token } = this.#writer;
    const entries = trades.flatMap(({ schema = SCHEMA_V1, ...trade }) => [
      entryId(trade.tradeId),
      schema,
      encodeTradeEvent(trade, schema),
      `${trade.replaces ?? ''}`,
    ]);
    const keys = [tradeStreamKey(market, this.generation), generationKey(market), engineKey(market)];
    return append(redis, keys, [token, `${this.#pointedAt}`, after, ...entries]);
  }

  #refuse(answer: Answer): never {
    throw refusalOf(answer, this.#writer, entryId(this.#lastId));
  }
}

/** Why a script of this folder wrote nothing: missing and shorter means lost, everything else is somebody else's doing. */
export function refusalOf([what, found]: Answer, { market, token }: Omit<Writer, 'redis'>, lastEntry: string): Error {
  if (found === '') return lost(`${market}: the ${what} this engine set is gone from redis`);
  if (what === 'owner') return conflict(`${market}: another engine has taken the market over (${found})`);
  // Who claimed the market knows that nobody else did, and what is not its own is nobody's.
  const foreign = token === '' ? conflict : disturbed;
  if (what === 'pointer') return foreign(`${market}: readers were pointed at generation ${found} by somebody else`);
  if (what === 'foreign') return foreign(`${market}: this engine did not write entry ${found}`);
  const text = `${market}: the stream ends with ${found} where this engine left it at ${lastEntry}`;
  return isBelow(found, lastEntry) ? lost(text) : foreign(text);
}

const isBelow = (one: string, other: string): boolean => numberOf(one) < numberOf(other);
const numberOf = (entry: string): bigint => BigInt(entry.split('-')[0] ?? '0');
