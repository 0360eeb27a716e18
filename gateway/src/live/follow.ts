import type { FeedBatch } from '../domain/feed.ts';
import { compareIds, STREAM_START } from '../domain/stream-id.ts';
import { RequestRefused } from '../errors.ts';
import type { Feed } from '../ports.ts';
import type { Connection } from './connection.ts';

export interface Following {
  /** Cursor of the last batch that was dealt with: what to go on from. */
  position(): string;
  stop(): void;
}

/** Batches that wait behind a page that is being sent; more, and the client is too slow for them. */
const MAX_WAITING = 10_000;
/** Of them handed over before the client's buffer is looked at. */
const AT_ONCE = 256;

/**
 * Sends what a client wants of each batch: what the feed still has after `from`, then each as it comes, none twice and none left out. Without
 * `from` only what comes.
 * @param render undefined for a batch that is nothing to this client
 */
export function follow(
  feed: Feed,
  connection: Connection,
  from: string | undefined,
  render: (batch: FeedBatch) => object | undefined,
): Following {
  let at = from ?? feed.position();
  let waiting: FeedBatch[] | undefined = from === undefined ? undefined : [];
  const offer = (batch: FeedBatch) => {
    const message = render(batch);
    at = batch.id;
    if (message !== undefined) connection.send(message);
  };
  const stop = feed.listen((news) => {
    if (news.kind === 'restarted') {
      at = STREAM_START;
      connection.send({
        type: 'notice',
        code: 'FEED_RESTARTED',
        message: 'The feed began again; earlier cursors mean nothing now.',
      });
    }
    if (news.kind !== 'batch') return;
    if (waiting === undefined) return offer(news.batch);
    if (waiting.length < MAX_WAITING) waiting.push(news.batch);
    else connection.refuse(new RequestRefused('UNAVAILABLE', 'the past of the feed could not be sent in time'));
  });
  const catchUp = async (begin: string) => {
    // What comes after this one is waiting already.
    const end = feed.position();
    const { oldest, last } = await feed.bounds();
    let after = begin;
    if (compareIds(begin, last) > 0) {
      after = STREAM_START;
      connection.send({
        type: 'notice',
        code: 'FEED_RESTARTED',
        message: 'The feed has no such cursor yet: it began again.',
      });
    } else if (begin !== STREAM_START && oldest !== undefined && compareIds(begin, oldest) < 0) {
      connection.send({
        type: 'notice',
        code: 'FEED_TRIMMED',
        message: 'The feed may lack batches after this cursor; the chain has them.',
        oldest,
      });
    }
    for (let isEnd = false; !isEnd && connection.isOpen; ) {
      const page = await feed.page(after, end);
      for (const batch of page.batches) offer(batch);
      after = page.last;
      isEnd = page.isEnd;
      await connection.drained();
    }
    while (waiting !== undefined && connection.isOpen) {
      const next = waiting.splice(0, AT_ONCE);
      for (const batch of next) offer(batch);
      await connection.drained();
      if (waiting.length === 0) waiting = undefined;
    }
  };
  if (from !== undefined) {
    catchUp(from).catch((cause: unknown) => {
      connection.refuse(new RequestRefused('UNAVAILABLE', 'the feed can not be read now', {}, { cause }));
    });
  }
  connection.onEnd(stop);
  return { position: () => at, stop };
}
