import type { TradeId } from '#client';
import { relayerError } from '../errors.ts';
import type { Cursor } from './cursor.ts';
import { nextTradeId } from './cursor.ts';
import type { OutboxRow } from './row.ts';
import { firstTradeId, lastTradeId, stateOf } from './row.ts';

/** What a start makes of the rows it finds. */
export interface RecoveryPlan {
  /** In order; their jobs are added again. */
  readonly keep: readonly OutboxRow[];
  /** Never sent, and no longer next after the cursor: their trades come from the stream again if they are due. */
  readonly drop: readonly OutboxRow[];
  /** Read the stream after this id. */
  readonly resumeAfter: TradeId;
}

/**
 * The chain's cursor decides. A row that was signed is kept, unless it is `hopeless`: what became of it is not known yet. A row that
 * never was signed is only a copy of stream entries; it is kept when it still continues the cursor.
 * @throws LockstepError INVARIANT_BROKEN when a signed row follows a dropped one: two payloads could claim one id
 */
export function planRecovery(
  rows: readonly OutboxRow[],
  cursor: Cursor,
  hopeless: (row: OutboxRow) => boolean = () => false,
): RecoveryPlan {
  const keep: OutboxRow[] = [];
  const drop: OutboxRow[] = [];
  let last = cursor.lastTradeId;
  for (const row of rows) {
    const signed = stateOf(row) !== 'open';
    const continues = drop.length === 0 && firstTradeId(row) === nextTradeId(last);
    if (signed ? hopeless(row) : !continues) {
      drop.push(row);
      continue;
    }
    if (signed && drop.some((dropped) => lastTradeId(dropped) > cursor.lastTradeId)) {
      throw relayerError('INVARIANT_BROKEN', `batch ${row.key} was signed although an earlier one never was`);
    }
    keep.push(row);
    if (lastTradeId(row) > last) last = lastTradeId(row);
  }
  return { keep, drop, resumeAfter: last };
}
