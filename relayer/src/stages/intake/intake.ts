import type { TradeId } from '#client';
import type { IntakeTrade } from '../../domain/trade.ts';
import type { Clock, StreamEntry, TradeSource } from '../../ports.ts';
import type { Accumulator, ClosedBatch } from '../batch/accumulator.ts';
import type { Repair } from './repair.ts';

export interface IntakeDeps {
  readonly source: Pick<TradeSource, 'read'>;
  /** Has a stream that can't be read on written again. */
  readonly repair: Repair;
  readonly decode: (entry: StreamEntry) => IntakeTrade;
  readonly accumulator: Accumulator<IntakeTrade>;
  /** Trades a batch must have to close by age now. */
  readonly minimumTrades: () => number;
  /** Takes a closed batch; returns when there is room for the next one. */
  readonly put: (batch: ClosedBatch<IntakeTrade>) => Promise<void>;
  readonly onReceived: (id: TradeId) => void;
  readonly onDecoded: () => void;
  /** Entries asked for at once. */
  readonly readCount: number;
  /** Nothing above this trade is taken; undefined: everything is. */
  readonly upTo: () => TradeId | undefined;
  readonly clock: Clock;
}

/** A quiet stream is asked again this often, so that a stop and a new generation are noticed. */
const IDLE_WAIT_MS = 500;
/** Shortest wait: an open batch may be a little older than its limit. */
const MIN_WAIT_MS = 10;
/** An old batch that is too small for the chain is looked at this often. */
const UNDERSIZED_WAIT_MS = 100;

/**
 * Reads the lane's stream from `after` on and cuts it into batches, until told to stop. Trades of a batch that is still open
 * then are simply read again by the next start: the chain's cursor is before them.
 * @throws LockstepError SCHEMA_UNKNOWN
 */
export async function runIntake(deps: IntakeDeps, after: TradeId, stopping: AbortSignal): Promise<void> {
  const { source, decode, accumulator } = deps;
  let last = after;
  while (!stopping.aborted) {
    const isAtEnd = isAbove(last, 1n, deps);
    if (isAtEnd) await deps.clock.sleep(waitMs(accumulator), stopping);
    const entries = isAtEnd ? [] : await source.read(last, deps.readCount, waitMs(accumulator), stopping);
    for (const entry of entries) {
      if (stopping.aborted) return;
      if (isAbove(entry.tradeId, 0n, deps)) break;
      deps.onReceived(entry.tradeId);
      const item = decode(entry);
      deps.onDecoded();
      last = entry.tradeId;
      for (const batch of accumulator.add(item)) await deps.put(batch);
    }
    const due = accumulator.takeDue(deps.minimumTrades());
    if (due !== undefined) await deps.put(due);
    if (entries.length > 0 || isAtEnd) deps.repair.done();
    else if (!stopping.aborted) await deps.repair.look(last);
  }
}

function isAbove(id: TradeId, plus: bigint, { upTo }: Pick<IntakeDeps, 'upTo'>): boolean {
  const end = upTo();
  return end !== undefined && id + plus > end;
}

function waitMs(accumulator: Accumulator<IntakeTrade>): number {
  const dueInMs = accumulator.dueInMs();
  if (dueInMs === undefined) return IDLE_WAIT_MS;
  if (dueInMs === 0) return UNDERSIZED_WAIT_MS;
  return Math.max(MIN_WAIT_MS, Math.min(dueInMs, IDLE_WAIT_MS));
}
