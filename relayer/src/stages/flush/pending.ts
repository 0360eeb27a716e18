import type { TradeId } from '#client';
import type { Pending } from '../../domain/maintenance.ts';
import type { OutboxRow } from '../../domain/row.ts';
import { firstTradeId, lastTradeId, stateOf } from '../../domain/row.ts';

/** Where a lane's trades are. */
export interface LaneTrades {
  /** What has to be settled ends here. */
  readonly upTo: TradeId;
  /** The last one on-chain at the lane's commitment, and the last final one. */
  readonly settled: TradeId;
  readonly finalized: TradeId;
  /** The last one intake has taken. */
  readonly taken: TradeId;
  /** Batches that have not landed, and those that are not retired, in order. */
  readonly open: readonly OutboxRow[];
  readonly landed: readonly OutboxRow[];
  /** Open dead letters nobody waived. */
  readonly deadLetters: number;
}

/**
 * Trades up to `upTo` that are not done with, each counted once. What may be on the wire counts whatever its ids are: while it may land,
 * the lane does not stand still. A row behind `upTo` that was never signed is held.
 */
export function pendingOf({ upTo, settled, finalized, taken, open, landed, deadLetters }: LaneTrades): Pending {
  const sent = open.filter((row) => stateOf(row) === 'sent');
  const unsigned = open.filter((row) => stateOf(row) !== 'sent' && firstTradeId(row) <= upTo);
  const lastRow = open.at(-1);
  const inRows = lastRow === undefined ? settled : lastTradeId(lastRow);
  const inBatches = later(inRows, settled);
  return {
    stream: gap(later(taken, inBatches), upTo),
    open: gap(inBatches, taken),
    outbox: tradesIn(unsigned),
    inFlight: tradesIn(sent),
    // Rows that Redis forgot are on-chain all the same.
    unfinalized: Math.max(tradesIn(landed), gap(finalized, earlier(settled, upTo))),
    deadLetters,
  };
}

const tradesIn = (rows: readonly OutboxRow[]): number => rows.reduce((sum, row) => sum + row.trades.length, 0);
const gap = (from: bigint, to: bigint): number => (to > from ? Number(to - from) : 0);
const later = (one: TradeId, other: TradeId): TradeId => (one > other ? one : other);
const earlier = (one: TradeId, other: TradeId): TradeId => (one < other ? one : other);
