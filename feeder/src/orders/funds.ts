import type { BaseLots, QuoteAtoms, TradeId } from '#client';
import { feeOf, tradeId } from '#client';
import type { Fill } from '../market/book.ts';
import type { Exchange, Refusal } from './exchange.ts';
import type { NewOrder } from './schema.ts';

/** What entries of a market have, as the chain says it when it has settled trades up to a cursor. */
export interface Balances {
  readonly cursor: TradeId;
  /** Available for new orders; undefined where there is no open entry. */
  of(trader: number): { readonly baseLots: BaseLots; readonly quoteAtoms: QuoteAtoms } | undefined;
}

/** Where balances come from: the newest that are known, and undefined when they are too old to go by, or never came. */
export type BalanceReader = () => Balances | undefined;

interface Change {
  base: bigint;
  quote: bigint;
}

interface Unsettled {
  readonly own: TradeId;
  readonly fill: Fill;
}

/** Of an engine that starts, whose retries are not read yet: as many as its journal may hold. */
const MAX_RETRIES = 100_000n;

/**
 * What traders can pay: what the chain says they have, changed by the trades it has not settled yet, less what their waiting orders
 * may cost. Fees are reckoned at their highest, of both sides.
 */
export class Funds {
  readonly #read: BalanceReader;
  readonly #takerBps: number;
  /** In the order of ids; those before `#first` are settled. */
  #unsettled: Unsettled[] = [];
  #first = 0;
  readonly #changes = new Map<number, Change>();

  constructor(read: BalanceReader, takerBps: number) {
    this.#read = read;
    this.#takerBps = takerBps;
  }

  /** A trade that was matched. @param own its number among the source's own */
  add(own: TradeId, fill: Fill): void {
    const cursor = this.#read()?.cursor ?? 0n;
    if (own + MAX_RETRIES <= cursor) return;
    this.#unsettled.push({ own, fill });
    this.#change(fill, 1n);
  }

  /** Why the order can't be taken; undefined when it can. @param idOf the id a trade of the source has in the stream */
  refusalOf(order: NewOrder, exchange: Exchange, idOf: (own: TradeId) => TradeId): Refusal | undefined {
    const balances = this.#read();
    if (balances === undefined)
      return { code: 'FUNDS_UNKNOWN', why: 'the chain has not said lately what entries have' };
    const entry = balances.of(order.trader);
    if (entry === undefined) return { code: 'TRADER_UNKNOWN', why: 'the market has no such open entry' };
    this.#settle(balances.cursor, idOf);
    const { base, quote } = this.#changes.get(order.trader) ?? { base: 0n, quote: 0n };
    const reserved = this.#reserved(order.trader, exchange);
    const isSale = order.side === 'sell';
    const needed = isSale ? order.quantity : this.#withFee(exchange.amountOf(order));
    const has = isSale ? entry.baseLots + base - reserved.base : entry.quoteAtoms + quote - reserved.quote;
    if (needed <= has) return undefined;
    const unit = isSale ? 'base lots' : 'quote atoms';
    return { code: 'FUNDS_MISSING', why: `it may cost ${needed} ${unit}; ${has > 0n ? has : 0n} are free` };
  }

  #settle(cursor: TradeId, idOf: (own: TradeId) => TradeId): void {
    for (let next = this.#unsettled[this.#first]; next !== undefined; next = this.#unsettled[this.#first]) {
      if (idOf(tradeId(next.own)) > cursor) break;
      this.#change(next.fill, -1n);
      this.#first += 1;
    }
    if (this.#first * 2 < this.#unsettled.length) return;
    this.#unsettled = this.#unsettled.slice(this.#first);
    this.#first = 0;
  }

  #change({ buyer, seller, price, quantity }: Fill, sign: bigint): void {
    const amount = price * quantity;
    const fee = this.#feeOf(amount);
    this.#move(buyer, sign * quantity, -sign * (amount + fee));
    this.#move(seller, -sign * quantity, sign * (amount - fee));
  }

  #move(trader: number, base: bigint, quote: bigint): void {
    const change = this.#changes.get(trader) ?? { base: 0n, quote: 0n };
    change.base += base;
    change.quote += quote;
    this.#changes.set(trader, change);
  }

  #reserved(trader: number, exchange: Exchange): Change {
    const reserved = { base: 0n, quote: 0n };
    for (const { order, left } of exchange.waitingOf(trader)) {
      if (order.side === 'sell') reserved.base += left;
      else reserved.quote += this.#withFee(order.price * left);
    }
    return reserved;
  }

  #withFee = (amount: bigint): bigint => amount + this.#feeOf(amount);

  /** Exact for whatever several trades amount to, which may be beyond u64. */
  #feeOf = (amount: bigint): bigint => feeOf(amount as QuoteAtoms, this.#takerBps);
}
