import type { TradeId, TradeV1, TradeV2 } from '#client';
import { asV1, asV1Lossy, asV2, baseLots, price, voidOf } from '#client';

/** A trade as V1 says it, or as V2 does where V1 can't. */
export type Trade = TradeV1 | TradeV2;

/** The trade in the plainest form that says all of it; a void has nothing that V1 can't say. */
export function plainest(trade: Trade): Trade {
  const { orderType: _, feeTier: __, ...plain } = asV2(trade);
  return trade.quantity === 0n ? plain : (asV1(asV2(trade)) ?? trade);
}

/** Only a V2 batch can settle it. */
export const needsV2 = (trade: Trade): boolean => 'orderType' in plainest(trade);

/** Without its order type and fee tier, on an operator's word. */
export const lossy = (trade: Trade): Trade => asV1Lossy(asV2(trade));

/** A trade that is settled as a void, and why: what a dead letter says. */
export interface RejectedTrade {
  readonly tradeId: TradeId;
  /** Name of the program's refusal, or a relayer error code for bytes that were no trade. */
  readonly code: string;
  readonly reason: string;
  readonly advice: string;
  /** As the engine sent it; absent when its bytes could not be read. */
  readonly trade?: Trade;
  /** What the engine sent when it could not be read. */
  readonly raw?: RawPayload;
}

/** An unreadable payload, as far as it is worth keeping. */
export interface RawPayload {
  /** Its beginning. */
  readonly hex: string;
  /** Length of the whole, in bytes. */
  readonly bytes: number;
}

/** A trade on its way into a batch; with a rejection it goes in as a void. */
export interface IntakeTrade {
  readonly trade: Trade;
  readonly rejection?: RejectedTrade;
  /** It lost its order type and fee tier, on an operator's word. */
  readonly isLossy?: true;
}

/** Spends an id whose trade is unreadable. */
export function blankVoid(tradeId: TradeId): TradeV1 {
  return voidOf({ tradeId, buyer: 0, seller: 0, price: price(0n), quantity: baseLots(0n), takerIsBuyer: false });
}
