import type { OrderTypeCode } from '#client';

export type Side = 'buy' | 'sell';

export interface Order {
  /** Unique; a later order has a higher one. */
  readonly id: number;
  readonly trader: number;
  readonly side: Side;
  /** Worst price the order takes or waits at, in ticks. */
  readonly price: bigint;
  /** Lots, at least 1. */
  readonly quantity: bigint;
  /** A limit order waits for its rest; of every other type the rest is cancelled. */
  readonly orderType: OrderTypeCode;
}
