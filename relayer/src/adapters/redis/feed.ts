import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { z } from 'zod';
import { tradeId, U64_MAX } from '#client';
import type { FeedEntry } from '../../domain/feed.ts';
import { FEED_STAGES } from '../../domain/feed.ts';
import type { Feed } from '../../ports.ts';
import { askRedis } from './ask.ts';
import type { LaneKeys } from './keys.ts';
import { laneKeys } from './keys.ts';

const LAYOUT = '1';
/** Entries kept: the newest, about so many. */
export const FEED_KEPT = 10_000;
/** Words on their way to a Redis that is slow; more are not worth the memory. */
const MAX_UNDERWAY = 256;

/**
 * Adds an entry.
 * KEYS fence, feed · ARGV token, entries kept, (field, value)* · returns 1, or 0 when the lane is lost
 */
const FEED = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[2], '*', unpack(ARGV, 3))
return 1`;

export interface FeedDeps {
  /** Fails at once while Redis is away. */
  readonly redis: Redis;
  readonly keys: LaneKeys;
  /** Of the relayer that claimed the lane. */
  readonly token: string;
  readonly logger: Logger;
}

/** Nobody waits for it, and nothing depends on it: what can't be written is left out, and said once. */
export function createFeed({ redis, keys, token, logger }: FeedDeps): Feed {
  let underway = 0;
  let isTold = false;
  const failed = (why: unknown) => {
    if (!isTold) logger.warn({ err: why }, 'the settlement feed could not be written; the lane goes on without it');
    isTold = true;
  };
  return {
    write(word) {
      if (underway >= MAX_UNDERWAY) return failed(new Error(`${underway} words are on their way`));
      underway += 1;
      const fields = Object.entries(feedFields({ ...word, atMs: Date.now() })).flat();
      redis
        .eval(FEED, 2, keys.fence, keys.feed, token, FEED_KEPT, ...fields)
        .then(() => {
          isTold = false;
        }, failed)
        .finally(() => {
          underway -= 1;
        });
    },
  };
}

export function feedFields({ trades, first, last, sequence, version, slot, atMs, ...texts }: FeedEntry) {
  const { stage, signature, code, reason } = texts;
  const fields: Record<string, string | undefined> = {
    ...{ v: LAYOUT, stage, first: `${first}`, last: `${last}` },
    sequence: sequence?.toString(),
    version: version?.toString(),
    signature,
    slot: slot?.toString(),
    at_ms: `${atMs}`,
    trades: JSON.stringify(trades.map((one) => [`${one.id}`, one.buyer, one.seller, one.code])),
    ...{ code, reason },
  };
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

const u64 = z
  .string()
  .regex(/^(0|[1-9]\d{0,19})$/)
  .transform(BigInt)
  .refine((value) => value <= U64_MAX);
const id = u64.transform((value) => tradeId(value));
const whole = z.int().min(0);
const tradesSchema = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: 'is no JSON' });
      return z.NEVER;
    }
  })
  .pipe(
    z.array(
      z.tuple([id, whole, whole, whole]).transform(([at, buyer, seller, code]) => ({ id: at, buyer, seller, code })),
    ),
  );

/** An entry's fields, as `XREAD` gives them, by name. */
export const feedEntrySchema = z
  .object({
    v: z.literal(LAYOUT),
    stage: z.enum(FEED_STAGES),
    first: id,
    last: id,
    sequence: u64.optional(),
    version: u64.transform(Number).optional(),
    signature: z.string().optional(),
    slot: u64.optional(),
    at_ms: u64.transform(Number).pipe(whole),
    trades: tradesSchema,
    code: z.string().optional(),
    reason: z.string().optional(),
  })
  .transform(({ v: _, at_ms: atMs, stage, first, last, trades, ...more }): FeedEntry => {
    const { sequence, version, signature, slot, code, reason } = more;
    return {
      ...{ stage, first, last, atMs, trades },
      ...(sequence === undefined ? {} : { sequence }),
      ...(version === undefined ? {} : { version }),
      ...(signature === undefined ? {} : { signature }),
      ...(slot === undefined ? {} : { slot }),
      ...(code === undefined ? {} : { code }),
      ...(reason === undefined ? {} : { reason }),
    };
  });

export const feedKey = (lane: string): string => laneKeys(lane).feed;

export interface FeedPage {
  /** In order. What is no entry of this layout is left out. */
  readonly entries: readonly { readonly id: string; readonly entry: FeedEntry }[];
  /** Read on after this one. */
  readonly next: string;
}

/**
 * The next entries after `after`: an entry id, '0' for the oldest kept, '$' for those to come.
 * @param options.blockMs waits so long for one, on a connection that does nothing else
 * @throws LockstepError REDIS_REFUSED
 */
export async function readFeed(
  redis: Redis,
  lane: string,
  after: string,
  { limit = 100, blockMs }: { readonly limit?: number; readonly blockMs?: number } = {},
): Promise<FeedPage> {
  const key = feedKey(lane);
  const read = () =>
    blockMs === undefined
      ? redis.xread('COUNT', limit, 'STREAMS', key, after)
      : redis.xread('COUNT', limit, 'BLOCK', Math.max(1, Math.ceil(blockMs)), 'STREAMS', key, after);
  const found = (await askRedis(`read ${key}`, read))?.[0]?.[1] ?? [];
  const entries = found.flatMap(([entryId, flat]) => {
    const fields = Object.fromEntries(flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1]]] : [])));
    const parsed = feedEntrySchema.safeParse(fields);
    return parsed.success ? [{ id: entryId, entry: parsed.data }] : [];
  });
  return { entries, next: found.at(-1)?.[0] ?? after };
}
