import type { Sequence, TradeId } from '#client';
import { asV2, voidOf } from '#client';
import type { Cursor } from './cursor.ts';
import { nextTradeId } from './cursor.ts';
import type { OutboxRow } from './row.ts';
import { firstTradeId, lastTradeId, stateOf } from './row.ts';
import type { RejectedTrade, Trade } from './trade.ts';
import { plainest } from './trade.ts';

/** What the engine sent as a trade, and whether this relayer noted that the program refused it. */
export interface EngineTrade {
  readonly trade: Trade;
  readonly refused: boolean;
}

/**
 * What the rows of the lane still know of the engine's trades; for the others the stream is asked. A void in a row is the
 * engine's own only when the note about it says so.
 */
export function tradesInRows(
  rows: readonly OutboxRow[],
  rejected: ReadonlyMap<TradeId, RejectedTrade>,
): Map<TradeId, EngineTrade> {
  const known = new Map<TradeId, EngineTrade>();
  for (const trade of rows.flatMap((row) => row.trades)) {
    const note = rejected.get(trade.tradeId);
    if (trade.quantity > 0n) known.set(trade.tradeId, { trade, refused: false });
    else if (note !== undefined) known.set(trade.tradeId, engineTrade(note.trade ?? trade, note));
  }
  return known;
}

export const engineTrade = (trade: Trade, note: RejectedTrade | undefined): EngineTrade => ({
  trade,
  refused: note?.trade !== undefined && isSame(note.trade, trade),
});

/**
 * Whether the payload says of the trade what the engine wanted, or what this relayer had a reason for. What a V2 batch passed over
 * agrees: the trade was brought as the engine sent it, and the program, not whoever sent the batch, decided.
 */
export function agrees(settled: Trade, { trade, refused }: EngineTrade): boolean {
  return isSame(settled, trade) || (refused && isSame(settled, voidOf(trade)));
}

/** However each of the two is said. */
function isSame(one: Trade, other: Trade): boolean {
  const [a, b] = [asV2(plainest(one)), asV2(plainest(other))];
  return (
    a.tradeId === b.tradeId &&
    a.buyer === b.buyer &&
    a.seller === b.seller &&
    a.price === b.price &&
    a.quantity === b.quantity &&
    a.takerIsBuyer === b.takerIsBuyer &&
    a.orderType === b.orderType &&
    a.feeTier === b.feeTier
  );
}

/** Whether `digest` on-chain as `sequence` is a payload of this row. */
export const isTaken = (row: OutboxRow, sequence: Sequence, digest: string): boolean =>
  row.sequence === sequence &&
  (row.landing?.digest === digest || row.attempts.some((attempt) => attempt.digest === digest));

/**
 * The rows that have no place beside a chain that stands at `cursor`: their trades are on-chain as part of another batch, their
 * sequence was taken, or they no longer follow one another.
 * @param rows in order, from the first one in doubt on
 * @param ours whether the chain has the row as it is
 */
export function displacedRows(
  rows: readonly OutboxRow[],
  cursor: Cursor,
  ours: (row: OutboxRow) => boolean,
): readonly OutboxRow[] {
  let due = nextTradeId(cursor.lastTradeId);
  return rows.filter((row) => {
    if (ours(row)) return false;
    const spent = stateOf(row) !== 'open' && row.sequence !== undefined && row.sequence < cursor.nextSequence;
    if (spent || firstTradeId(row) !== due) return true;
    due = nextTradeId(lastTradeId(row));
    return false;
  });
}

/** Trades whose notes are wrong once the chain took `adopted` in place of `replaced`: all that are no voids there. */
export function tradesToForget(adopted: readonly OutboxRow[], replaced: readonly OutboxRow[]): readonly TradeId[] {
  const voids = new Set(adopted.flatMap((row) => row.trades.filter((trade) => trade.quantity === 0n).map(idOf)));
  const all = new Set([...replaced, ...adopted].flatMap((row) => row.trades.map(idOf)));
  return [...all].filter((id) => !voids.has(id));
}

const idOf = (trade: Trade): TradeId => trade.tradeId;
