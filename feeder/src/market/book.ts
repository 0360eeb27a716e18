import type { OrderTypeCode } from '#client';
import { OrderType } from '#client';
import type { Level, Waiting } from './levels.ts';
import { PriceLevels } from './levels.ts';
import type { Order, Side } from './order.ts';

export interface Fill {
  readonly buyer: number;
  readonly seller: number;
  /** The waiting order's, in ticks. */
  readonly price: bigint;
  /** Lots. */
  readonly quantity: bigint;
  readonly takerIsBuyer: boolean;
  /** Of the taker's order. */
  readonly orderType: OrderTypeCode;
}

/** What became of a submitted order: its fills in order, and where the rest went. */
export interface Execution {
  readonly fills: readonly Fill[];
  /** Lots now waiting in the book. */
  readonly resting: bigint;
  /** Lots cancelled: the rest of an order that does not wait, or what would have met the trader's own order. */
  readonly cancelled: bigint;
}

/**
 * One market's limit order book. Best price first, at a price the earliest order first; a fill has the waiting order's price. An
 * order that meets one of its own trader stops there and its rest is cancelled: nobody trades with himself, and the earlier
 * order keeps its place.
 */
export class OrderBook {
  readonly #bids = new PriceLevels('highest-first');
  readonly #asks = new PriceLevels('lowest-first');
  readonly #waiting = new Map<number, Waiting>();

  /** Orders waiting. */
  get size(): number {
    return this.#waiting.size;
  }

  /** The earliest order still waiting. */
  get oldest(): number | undefined {
    return this.#waiting.keys().next().value;
  }

  best(side: Side): bigint | undefined {
    return this.#side(side).best()?.price;
  }

  submit(order: Order): Execution {
    const opposite = this.#side(order.side === 'buy' ? 'sell' : 'buy');
    const fills: Fill[] = [];
    let left = order.quantity;
    while (left > 0n) {
      const level = opposite.best();
      if (level === undefined || !crosses(order, level)) break;
      const maker = level.first();
      if (maker.order.trader === order.trader) return { fills, resting: 0n, cancelled: left };
      const quantity = lesser(maker.left, left);
      fills.push(fillOf(order, maker.order, quantity));
      left -= quantity;
      maker.left -= quantity;
      if (maker.left === 0n) this.#remove(maker.order);
    }
    if (left === 0n || order.orderType !== OrderType.Limit) return { fills, resting: 0n, cancelled: left };
    const waiting = { order, left };
    this.#side(order.side).at(order.price).push(waiting);
    this.#waiting.set(order.id, waiting);
    return { fills, resting: left, cancelled: 0n };
  }

  /** An order that waits, and what is left of it. */
  waiting(id: number): Readonly<Waiting> | undefined {
    return this.#waiting.get(id);
  }

  /** What it costs to buy so many lots of what is there, or to sell them, in ticks × lots. */
  amountFor(side: Side, lots: bigint): bigint {
    let [amount, left] = [0n, lots];
    for (const level of this.#side(side === 'buy' ? 'sell' : 'buy').all()) {
      for (const waiting of level.waiting()) {
        const taken = lesser(waiting.left, left);
        amount += level.price * taken;
        left -= taken;
        if (left === 0n) return amount;
      }
    }
    return amount;
  }

  /** False when no such order waits. */
  cancel(id: number): boolean {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return false;
    this.#remove(waiting.order);
    return true;
  }

  #remove(order: Order): void {
    this.#waiting.delete(order.id);
    this.#side(order.side).remove(order.price, order.id);
  }

  #side(side: Side): PriceLevels {
    return side === 'buy' ? this.#bids : this.#asks;
  }
}

function crosses(order: Order, level: Level): boolean {
  return order.side === 'buy' ? level.price <= order.price : level.price >= order.price;
}

function fillOf(taker: Order, maker: Order, quantity: bigint): Fill {
  const takerIsBuyer = taker.side === 'buy';
  return {
    buyer: takerIsBuyer ? taker.trader : maker.trader,
    seller: takerIsBuyer ? maker.trader : taker.trader,
    price: maker.price,
    quantity,
    takerIsBuyer,
    orderType: taker.orderType,
  };
}

/** Math.min takes no bigint. */
const lesser = (one: bigint, other: bigint): bigint => {
  if (one < other) return one;
  return other;
};
