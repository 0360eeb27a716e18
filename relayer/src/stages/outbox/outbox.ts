import type { Logger } from 'pino';
import type { Backoff } from '../../domain/backoff.ts';
import { persist } from '../../domain/backoff.ts';
import type { OutboxRow } from '../../domain/row.ts';
import { newRow } from '../../domain/row.ts';
import type { IntakeTrade, RejectedTrade } from '../../domain/trade.ts';
import type { TransientError } from '../../errors.ts';
import type { Journal, Metrics, Queue } from '../../ports.ts';
import type { ClosedBatch } from '../batch/accumulator.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { noteLossy } from '../submit/rewrite.ts';

export interface OutboxDeps {
  readonly journal: Journal;
  readonly queue: Queue;
  readonly ledger: Ledger;
  readonly onBatched: (row: OutboxRow) => void;
  readonly onRejected: (trade: RejectedTrade) => void;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly backoff: Backoff;
}

/**
 * Puts a closed batch into the outbox: the row first, then the pointer to it. A crash in between loses nothing, because every
 * start adds the pointers of all rows again.
 */
export async function putBatch(
  { version, trades }: ClosedBatch<IntakeTrade>,
  deps: OutboxDeps,
  signal: AbortSignal,
): Promise<void> {
  const { journal, ledger, metrics } = deps;
  const rejected = trades.flatMap((item) => item.rejection ?? []);
  const row = newRow(
    version,
    trades.map((item) => item.trade),
  );
  await journal.save(row, rejected);
  ledger.add(row);
  metrics.set('batches_open', ledger.open.length);
  deps.onBatched(row);
  report(rejected, deps);
  const lost = trades.filter(({ isLossy }) => isLossy).length;
  if (lost > 0) noteLossy(row, lost, deps);
  await point(row, deps, signal);
}

function report(rejected: readonly RejectedTrade[], { onRejected, logger }: OutboxDeps): void {
  for (const { tradeId, code, reason, advice } of rejected) {
    logger.warn({ trade: tradeId, code, reason, advice }, 'entry unreadable, settled as a void');
  }
  for (const trade of rejected) onRejected(trade);
}

/** The row is safe already, so a queue that is away is only waited for. */
function point(row: OutboxRow, { queue, backoff, metrics, logger }: OutboxDeps, signal: AbortSignal): Promise<void> {
  const onTransient = (error: TransientError) => {
    metrics.increment('queue_errors');
    logger.warn({ batch: row.key, err: error }, 'queue did not take the pointer, trying again');
  };
  return persist(() => queue.add(row.key), backoff, onTransient, signal);
}
