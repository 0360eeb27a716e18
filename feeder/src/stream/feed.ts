import type { TradeV1 } from '#client';
import type { Rate } from '../pace.ts';
import { pauseFor, stepOf } from '../pace.ts';
import type { AcceptedRow } from '../rows.ts';
import type { Publisher } from './publisher.ts';

export interface FeedOptions {
  readonly rate: Rate;
  readonly signal: AbortSignal;
  /** Milliseconds that only grow. */
  readonly now?: () => number;
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Called after each write with the number of trades written so far. */
  readonly onProgress?: (written: number) => void;
}

const MAX_TRADES_PER_STEP = 1_000;

/**
 * Publishes the trades of all rows at the rate; answers how many.
 * @throws the signal's reason when it is aborted first
 */
export async function feed(
  rows: AsyncIterable<Pick<AcceptedRow, 'trade'>>,
  publisher: Pick<Publisher, 'publish'>,
  options: FeedOptions,
): Promise<number> {
  const { rate, signal, now = () => performance.now(), onProgress } = options;
  const pause = options.sleep ?? pauseFor;
  const step = stepOf(rate, MAX_TRADES_PER_STEP);
  const start = now();
  let written = 0;
  let next: TradeV1[] = [];
  const flush = async () => {
    signal.throwIfAborted();
    if (rate !== 'max') {
      const early = start + (written / rate) * 1_000 - now();
      if (early > 0) await pause(early, signal);
    }
    await publisher.publish(next);
    written += next.length;
    next = [];
    onProgress?.(written);
  };
  for await (const { trade } of rows) {
    next.push(trade);
    if (next.length === step) await flush();
  }
  if (next.length > 0) await flush();
  return written;
}
