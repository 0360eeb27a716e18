import type { Sequence, TradeId } from '#client';
import { sequence, tradeId } from '#client';

/** Where a market stands: the chain holds the only one, everything here is a copy. */
export interface Cursor {
  readonly nextSequence: Sequence;
  /** 0 before the first trade. */
  readonly lastTradeId: TradeId;
}

export const nextTradeId = (last: TradeId): TradeId => tradeId(last + 1n);

/** The cursor after one more batch that ends with `lastTradeId`. */
export const advanced = (cursor: Cursor, lastTradeId: TradeId): Cursor => ({
  nextSequence: sequence(cursor.nextSequence + 1n),
  lastTradeId,
});
