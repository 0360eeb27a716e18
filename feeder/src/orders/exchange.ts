import type { OrderTypeCode } from '#client';
import { OrderType, U64_MAX } from '#client';
import type { Fill } from '../market/book.ts';
import { OrderBook } from '../market/book.ts';
import type { Waiting } from '../market/levels.ts';
import type { NewOrder, OrderRequest } from './schema.ts';

export type OrderState = 'accepted' | 'partially_filled' | 'filled' | 'cancelled' | 'rejected';

/** Why an order was rejected, or its rest cancelled; docs/reference/engine.md says it to people. */
export type OrderCode =
  | 'MAINTENANCE'
  | 'ORDER_INVALID'
  | 'ORDER_NOT_OPEN'
  | 'TRADER_UNKNOWN'
  | 'AMOUNT_OVERFLOW'
  | 'POST_ONLY_CROSSES'
  | 'SELF_TRADE'
  | 'FUNDS_MISSING'
  | 'FUNDS_UNKNOWN'
  | 'BOOK_FULL'
  | 'JOURNAL_FULL';

/** What became of an order when it came. */
export interface Outcome {
  readonly state: OrderState;
  readonly code?: OrderCode;
  readonly reason?: string;
  /** Its trades: so many from this one on, as the exchange numbers its own from 1. */
  readonly firstTrade: bigint;
  readonly trades: number;
  /** Base lots that waited then. */
  readonly resting: bigint;
}

export interface Handled {
  readonly outcome: Outcome;
  readonly fills: readonly Fill[];
}

const ORDER_TYPES: Readonly<Record<NewOrder['type'], OrderTypeCode>> = {
  limit: OrderType.Limit,
  post_only: OrderType.Limit,
  ioc: OrderType.ImmediateOrCancel,
  market: OrderType.Market,
};

/** A market order takes at any price. */
const worstPrice = (order: NewOrder): bigint => {
  if (order.type !== 'market') return order.price;
  return order.side === 'buy' ? U64_MAX : 0n;
};

/** Why an order was not taken. */
export interface Refusal {
  readonly code: OrderCode;
  /** For people. */
  readonly why: string;
}

export const rejected = ({ code, why }: Refusal): Outcome => ({
  ...{ state: 'rejected', code, reason: why },
  ...{ firstTrade: 0n, trades: 0, resting: 0n },
});

/**
 * Matches orders one after the other. The same orders in the same order give the same trades, in every release: what is journaled was
 * matched by these rules, and its trades keep their ids. A rule that may change belongs before the journal (desk.ts).
 */
export class Exchange {
  readonly #book = new OrderBook();
  /** Number in the book by order id; of orders that wait, and of some that did. */
  readonly #numbers = new Map<string, number>();
  /** Numbers of a trader's orders that wait, and of some that did. */
  readonly #ofTrader = new Map<number, Set<number>>();
  #lastNumber = 0;
  #lastTrade = 0n;

  /** Trades so far. */
  get lastTrade(): bigint {
    return this.#lastTrade;
  }

  /** Orders that wait. */
  get waiting(): number {
    return this.#book.size;
  }

  /** What waits of a trader's orders. */
  waitingOf(trader: number): readonly Readonly<Waiting>[] {
    const numbers = this.#ofTrader.get(trader);
    if (numbers === undefined) return [];
    const found: Readonly<Waiting>[] = [];
    for (const number of numbers) {
      const waiting = this.#book.waiting(number);
      if (waiting === undefined) numbers.delete(number);
      else found.push(waiting);
    }
    return found;
  }

  /** The most that an order can cost or bring before fees, in quote atoms. */
  amountOf(order: NewOrder): bigint {
    return order.type === 'market'
      ? this.#book.amountFor(order.side, order.quantity)
      : BigInt(order.price) * order.quantity;
  }

  handle(request: OrderRequest): Handled {
    return 'cancel' in request ? this.#cancel(request.trader, request.cancel) : this.#submit(request);
  }

  #submit(order: NewOrder): Handled {
    if (order.type === 'post_only' && this.#crosses(order)) {
      return { outcome: rejected({ code: 'POST_ONLY_CROSSES', why: 'it would trade at once' }), fills: [] };
    }
    this.#lastNumber += 1;
    const { trader, side, quantity } = order;
    const orderType = ORDER_TYPES[order.type];
    const submitted = { id: this.#lastNumber, trader, side, price: worstPrice(order), quantity, orderType };
    const { fills, resting, cancelled } = this.#book.submit(submitted);
    if (resting > 0n) this.#remember(order, submitted.id);
    const firstTrade = fills.length === 0 ? 0n : this.#lastTrade + 1n;
    this.#lastTrade += BigInt(fills.length);
    const metItself = cancelled > 0n && orderType === OrderType.Limit;
    const outcome: Outcome = {
      state: stateOf(fills.length, resting, cancelled),
      ...(metItself && { code: 'SELF_TRADE', reason: 'the rest would have met an order of the same trader' }),
      ...{ firstTrade, trades: fills.length, resting },
    };
    return { outcome, fills };
  }

  #cancel(trader: number, order: string): Handled {
    const number = this.#numbers.get(order);
    const found = number === undefined ? undefined : this.#book.waiting(number);
    if (number === undefined || found?.order.trader !== trader) {
      return { outcome: rejected({ code: 'ORDER_NOT_OPEN', why: 'no such order of this trader waits' }), fills: [] };
    }
    this.#book.cancel(number);
    this.#numbers.delete(order);
    return { outcome: { state: 'cancelled', firstTrade: 0n, trades: 0, resting: 0n }, fills: [] };
  }

  #crosses({ side, price }: Extract<NewOrder, { readonly price: bigint }>): boolean {
    const best = this.#book.best(side === 'buy' ? 'sell' : 'buy');
    if (best === undefined) return false;
    return side === 'buy' ? best <= price : best >= price;
  }

  /** Orders that were filled while they waited are forgotten now and then, so that the map stays in proportion to the book. */
  #remember({ order, trader }: NewOrder, number: number): void {
    this.#numbers.set(order, number);
    const own = this.#ofTrader.get(trader) ?? new Set();
    this.#ofTrader.set(trader, own.add(number));
    if (this.#numbers.size < 2 * this.#book.size + FORGOTTEN_AT_ONCE) return;
    for (const [known, at] of this.#numbers) if (this.#book.waiting(at) === undefined) this.#numbers.delete(known);
  }
}

/** So many filled orders are kept before the map is swept. */
const FORGOTTEN_AT_ONCE = 1_024;

function stateOf(fills: number, resting: bigint, cancelled: bigint): OrderState {
  if (resting === 0n && cancelled === 0n) return 'filled';
  if (fills > 0) return 'partially_filled';
  return resting > 0n ? 'accepted' : 'cancelled';
}
