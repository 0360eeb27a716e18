import type { TradeId, TradeV1 } from '#client';
import { baseLots, price, voidOf } from '#client';

/** A trade that was settled as a void, and why: the operator's list of what did not settle. */
export interface RejectedTrade {
  readonly tradeId: TradeId;
  /** Name of the program's refusal, or a relayer error code for bytes that were no trade. */
  readonly code: string;
  readonly reason: string;
  readonly advice: string;
  /** As the engine sent it; absent when its bytes could not be read. */
  readonly trade?: TradeV1;
}

/** A trade on its way into a batch; with a rejection it goes in as a void. */
export interface IntakeTrade {
  readonly trade: TradeV1;
  readonly rejection?: RejectedTrade;
}

/** Spends an id whose trade is unreadable. */
export function blankVoid(tradeId: TradeId): TradeV1 {
  return voidOf({ tradeId, buyer: 0, seller: 0, price: price(0n), quantity: baseLots(0n), takerIsBuyer: false });
}
