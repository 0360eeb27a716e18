import type { Sequence, TradeId } from '#client';
import { sequence, tradeId } from '#client';

/** Where a market stands: the chain holds the only one, everything here is a copy. */
export interface Cursor {
  readonly nextSequence: Sequence;
  /** 0 before the first trade. */
  readonly lastTradeId: TradeId;
  /** Hex digest of the payload accepted last, `NO_DIGEST` before the first; undefined when it is not known. */
  readonly lastDigest?: string | undefined;
}

/** What the market has before its first payload. */
export const NO_DIGEST = '00'.repeat(32);

export const nextTradeId = (last: TradeId): TradeId => tradeId(last + 1n);

/** The cursor after one more batch, of this payload, that ends with `lastTradeId`. */
export const advanced = (cursor: Cursor, lastTradeId: TradeId, lastDigest: string | undefined): Cursor => ({
  nextSequence: sequence(cursor.nextSequence + 1n),
  lastTradeId,
  lastDigest,
});
