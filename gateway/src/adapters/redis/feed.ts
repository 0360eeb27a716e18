import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { orderAnswersKey } from '#feeder';
import { feedKey as feedKeyOf } from '#relayer';
import { compareIds, STREAM_START } from '../../domain/stream-id.ts';
import type { Feed, News } from '../../ports.ts';
import { within } from '../within.ts';
import { answerOf, batchOf, fieldsOf } from './feed-codec.ts';

export interface FeedDeps {
  /** An impatient connection, for pages. */
  readonly redis: Redis;
  /** A connection of its own: a blocking read holds it. */
  readonly reader: Redis;
  readonly lane: string;
  readonly logger: Logger;
}

type Entries = readonly (readonly [id: string, flat: readonly string[]])[];

const BLOCK_MS = 500;
const READ_COUNT = 256;
const RETRY_MS = 250;
const PAGE = 256;
/** A command that was under way when Redis went away would wait for its return. */
const TIMEOUT_MS = 2_000;

/** Follows the relayer's feed and the engine's answers with one reader, whatever the number of listeners. @throws when Redis is away */
export async function openFeed({ redis, reader, lane, logger }: FeedDeps): Promise<Feed> {
  const feedKey = feedKeyOf(lane);
  const keys = [feedKey, orderAnswersKey(lane)] as const;
  const listeners = new Set<(news: News) => void>();
  const stop = new AbortController();
  const stopped = new Promise<never>((_, reject) => {
    stop.signal.addEventListener('abort', () => reject(stop.signal.reason), { once: true });
  });
  stopped.catch(() => {});
  let [feedAt, answersAt] = await Promise.all(keys.map((key) => lastIdOf(redis, key)));
  let readAt = performance.now();

  const tell = (news: News) => {
    for (const listener of listeners) listener(news);
  };
  const take = (key: string, entries: Entries) => {
    for (const [id, flat] of entries) {
      const fields = fieldsOf(flat);
      if (key === feedKey) {
        feedAt = id;
        const batch = batchOf(id, fields);
        if (batch !== undefined) tell({ kind: 'batch', batch });
      } else {
        answersAt = id;
        const answer = answerOf(fields);
        if (answer !== undefined) tell({ kind: 'answer', answer });
      }
    }
  };
  /** A stream that ends before what was read of it was emptied, and begins again. */
  const noticeRestarts = async () => {
    const [feedEnd, answersEnd] = await Promise.all(keys.map((key) => lastIdOf(redis, key)));
    if (compareIds(answersEnd ?? STREAM_START, answersAt ?? STREAM_START) < 0) answersAt = STREAM_START;
    if (compareIds(feedEnd ?? STREAM_START, feedAt ?? STREAM_START) < 0) {
      feedAt = STREAM_START;
      tell({ kind: 'restarted' });
    }
  };
  const read = async () => {
    const ids = [feedAt ?? STREAM_START, answersAt ?? STREAM_START];
    const reading = reader.xread('COUNT', READ_COUNT, 'BLOCK', BLOCK_MS, 'STREAMS', ...keys, ...ids);
    // A connection that is disconnected while it reconnects answers nothing any more.
    const found = await Promise.race([reading, stopped]);
    for (const [key, entries] of found ?? []) take(key, entries);
    if (found === null) await noticeRestarts();
  };
  const run = async () => {
    let isAway = false;
    while (!stop.signal.aborted) {
      try {
        await read();
        isAway = false;
      } catch (error) {
        if (stop.signal.aborted) break;
        if (!isAway) logger.warn({ err: error }, 'the feed can not be read');
        isAway = true;
        await sleep(RETRY_MS, undefined, { signal: stop.signal }).catch(() => undefined);
      }
      readAt = performance.now();
    }
  };
  const running = run();
  return {
    position: () => feedAt ?? STREAM_START,
    readAt: () => readAt,
    async page(after, until) {
      const entries = await within(redis.xrange(feedKey, `(${after}`, until, 'COUNT', PAGE), TIMEOUT_MS);
      const batches = entries.flatMap(([id, flat]) => batchOf(id, fieldsOf(flat)) ?? []);
      const last = entries.at(-1)?.[0] ?? until;
      return { batches, last, isEnd: entries.length < PAGE };
    },
    async bounds() {
      const [first, last] = await Promise.all([
        within(redis.xrange(feedKey, '-', '+', 'COUNT', 1), TIMEOUT_MS),
        lastIdOf(redis, feedKey),
      ]);
      return { oldest: first[0]?.[0], last };
    },
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async close() {
      stop.abort();
      reader.disconnect();
      await running;
    },
  };
}

/** The last id a stream ever had; a key that is not there has had none. */
async function lastIdOf(redis: Redis, key: string): Promise<string> {
  const info = await within(redis.xinfo('STREAM', key), TIMEOUT_MS).catch((error: unknown) => {
    if (error instanceof Error && error.message.includes('no such key')) return [];
    throw error;
  });
  const flat = info as unknown[];
  const at = flat.indexOf('last-generated-id');
  return at === -1 ? STREAM_START : String(flat[at + 1]);
}
