import type { Redis } from 'ioredis';
import type { TradeId } from '#client';
import { tradeId } from '#client';
import { relayerError } from '../../errors.ts';
import { askRedis } from './ask.ts';
import { laneKeys } from './keys.ts';
import type { Letter, VoidLanding } from './letter-codec.ts';
import { decodeLetter, decodeVoidLanding } from './letter-codec.ts';
import { CLOSE_LETTER, READ_LETTERS } from './letter-scripts.ts';

/** Letters in one answer of Redis: some 500 kB, and well below what holds it up. */
export const MAX_LETTERS_PER_PAGE = 1_000;
/** Closed letters kept to be looked up; what they are about stays on-chain. */
export const CLOSED_KEPT = 10_000;
/** Closed letters read at a time while one is looked for. */
const CLOSED_PER_READ = 500;

/** A trade the program refused, or bytes that were no trade, until somebody has replaced or dropped it. */
export interface DeadLetter extends Letter {
  /** voiding: its void is on the way, or not finalised, and may still be judged again · voided: its void is final. */
  readonly state: 'voiding' | 'voided';
  /** Where its void was settled; with `voided` only. */
  readonly landing?: VoidLanding;
}

export interface LetterPage {
  /** In id order. */
  readonly letters: readonly DeadLetter[];
  /** Give it as `after` for the next page; absent on the last one. */
  readonly next?: TradeId;
}

/**
 * One page of a market's open dead letters. Redis does the work of a page, however many there are.
 * @throws LockstepError REDIS_REFUSED, JOURNAL_UNREADABLE
 */
export async function readDeadLetters(
  redis: Redis,
  market: string,
  { after = tradeId(0), limit = 100 }: { readonly after?: TradeId; readonly limit?: number } = {},
): Promise<LetterPage> {
  const { rejected, letters, voids } = laneKeys(market);
  const count = Math.max(1, Math.min(limit, MAX_LETTERS_PER_PAGE));
  const read = () => redis.eval(READ_LETTERS, 3, rejected, letters, voids, `${after}`, `${count}`);
  const [ids, texts, landings] = (await askRedis('read the dead letters', read)) as (string | null)[][];
  const page = (ids ?? []).flatMap((_, at) => letterOf(texts?.[at], landings?.[at]));
  const last = ids?.at(-1);
  return { letters: page, ...(ids?.length === count && last ? { next: tradeId(BigInt(last)) } : {}) };
}

/** The open letter of a trade; undefined when there is none. @throws as readDeadLetters */
export async function readDeadLetter(redis: Redis, market: string, id: TradeId): Promise<DeadLetter | undefined> {
  const { rejected, voids } = laneKeys(market);
  const read = (key: string) => askRedis(`read ${key}`, () => redis.hget(key, `${id}`));
  return letterOf(await read(rejected), await read(voids))[0];
}

function letterOf(text: string | null | undefined, landing: string | null | undefined): DeadLetter[] {
  if (!text) return [];
  const letter = decodeLetter(text);
  return [
    landing ? { ...letter, state: 'voided', landing: decodeVoidLanding(landing) } : { ...letter, state: 'voiding' },
  ];
}

/** How many dead letters of a market are open, by state. @throws LockstepError REDIS_REFUSED */
export async function countDeadLetters(redis: Redis, market: string): Promise<Record<DeadLetter['state'], number>> {
  const { letters, voids } = laneKeys(market);
  const voided = await askRedis(`read ${voids}`, () => redis.hlen(voids));
  const open = await askRedis(`read ${letters}`, () => redis.zcard(letters));
  return { voiding: Math.max(0, open - voided), voided };
}

/** What a person decided about a letter. */
export type Closing = { readonly outcome: 'replaced'; readonly by: TradeId } | { readonly outcome: 'dropped' };

/** Who decided, when (ms since 1970) and why. */
export interface Decision {
  readonly who: string;
  readonly at: number;
  readonly reason: string;
}

export interface ClosedLetter {
  readonly letter: Letter;
  readonly closing: Closing;
  readonly decision: Decision;
}

/**
 * Moves an open letter to the closed ones, once; answers whether it was open. Whether it may be closed is for the caller to know.
 * @throws LockstepError REDIS_REFUSED
 */
export async function closeDeadLetter(
  redis: Redis,
  market: string,
  id: TradeId,
  closing: Closing,
  decision: Decision,
): Promise<boolean> {
  const { rejected, letters, voids, closed } = laneKeys(market);
  const fields = {
    outcome: closing.outcome,
    ...(closing.outcome === 'replaced' ? { by: `${closing.by}` } : {}),
    who: decision.who,
    at: `${decision.at}`,
    reason: decision.reason,
  };
  const args = [`${id}`, `${CLOSED_KEPT}`, ...Object.entries(fields).flat()];
  const close = () => redis.eval(CLOSE_LETTER, 4, rejected, letters, voids, closed, ...args);
  return (await askRedis('close a dead letter', close)) === 1;
}

/** The newest closing of a trade's letter that is kept. @throws LockstepError REDIS_REFUSED, JOURNAL_UNREADABLE */
export const readClosedLetter = (redis: Redis, market: string, id: TradeId): Promise<ClosedLetter | undefined> =>
  findClosed(redis, market, (fields) => fields.id === `${id}`);

/** The newest letter that was closed because this trade replaces it. @throws LockstepError REDIS_REFUSED, JOURNAL_UNREADABLE */
export const readReplacedBy = (redis: Redis, market: string, by: TradeId): Promise<ClosedLetter | undefined> =>
  findClosed(redis, market, (fields) => fields.by === `${by}`);

type Fields = Readonly<Record<string, string>>;

async function findClosed(
  redis: Redis,
  market: string,
  isWanted: (fields: Fields) => boolean,
): Promise<ClosedLetter | undefined> {
  const { closed } = laneKeys(market);
  let end = '+';
  for (;;) {
    const read = () => redis.xrevrange(closed, end, '-', 'COUNT', CLOSED_PER_READ);
    const entries = await askRedis(`read ${closed}`, read);
    const found = entries.map(([, fields]) => fieldsOf(fields)).find(isWanted);
    if (found !== undefined) return closedLetterOf(found);
    const oldest = entries.at(-1)?.[0];
    if (oldest === undefined || entries.length < CLOSED_PER_READ) return undefined;
    end = `(${oldest}`;
  }
}

const fieldsOf = (fields: readonly string[]): Fields =>
  Object.fromEntries(fields.flatMap((name, at) => (at % 2 === 0 ? [[name, fields[at + 1] ?? '']] : [])));

function closedLetterOf({ letter, outcome, by, who, at, reason }: Fields): ClosedLetter {
  if (letter === undefined || (outcome === 'replaced') !== (by !== undefined)) {
    throw relayerError('JOURNAL_UNREADABLE', 'a closed dead letter is not as this release writes it');
  }
  return {
    letter: decodeLetter(letter),
    closing: by === undefined ? { outcome: 'dropped' } : { outcome: 'replaced', by: tradeId(by) },
    decision: { who: who ?? '', at: Number(at), reason: reason ?? '' },
  };
}
