import type { BaseLots, QuoteAtoms, TradeV1 } from '#client';
import { baseLots, feeOf, quoteAmount, quoteAtoms, U64_MAX } from '#client';

/** What a trader must have paid in for every trade of the input to settle in order. */
export interface Deposit {
  readonly baseLots: BaseLots;
  readonly quoteAtoms: QuoteAtoms;
}

interface Account {
  base: bigint;
  quote: bigint;
  /** The deepest the balance would go below zero without deposits. */
  baseNeeded: bigint;
  quoteNeeded: bigint;
}

/** Follows each trader's balances through the trades, starting from nothing, and remembers how much was missing. */
export class FundingPlan {
  readonly #accounts: Account[];
  readonly #takerBps: number;
  readonly #baseLotAtoms: bigint;
  #baseTotal = 0n;
  #quoteTotal = 0n;

  constructor(options: { traders: number; takerBps: number; baseLotAtoms: bigint }) {
    this.#accounts = Array.from({ length: options.traders }, () => ({
      base: 0n,
      quote: 0n,
      baseNeeded: 0n,
      quoteNeeded: 0n,
    }));
    this.#takerBps = options.takerBps;
    this.#baseLotAtoms = options.baseLotAtoms;
  }

  /**
   * Adds a trade, or says why it cannot be paid for: a vault, a mint and a market's totals hold u64 atoms each.
   * A refused trade changes nothing.
   */
  add(trade: TradeV1): 'amount' | 'deposits' | undefined {
    const amount = quoteAmount(trade.price, trade.quantity);
    if (amount === undefined) return 'amount';
    const fee = feeOf(amount, this.#takerBps);
    const paid = amount + (trade.takerIsBuyer ? fee : 0n);
    const received = amount - (trade.takerIsBuyer ? 0n : fee);
    if (paid > U64_MAX) return 'amount';
    const buyer = this.#account(trade.buyer);
    const seller = this.#account(trade.seller);
    const quoteMissing = missing(buyer.quote - paid, buyer.quoteNeeded);
    const baseMissing = missing(seller.base - trade.quantity, seller.baseNeeded);
    if (this.#quoteTotal + quoteMissing > U64_MAX) return 'deposits';
    if ((this.#baseTotal + baseMissing) * this.#baseLotAtoms > U64_MAX) return 'deposits';
    this.#quoteTotal += quoteMissing;
    this.#baseTotal += baseMissing;
    buyer.quoteNeeded += quoteMissing;
    seller.baseNeeded += baseMissing;
    buyer.quote -= paid;
    buyer.base += trade.quantity;
    seller.quote += received;
    seller.base -= trade.quantity;
    return undefined;
  }

  /** By trader index. */
  deposits(): Deposit[] {
    return this.#accounts.map((account) => ({
      baseLots: baseLots(account.baseNeeded),
      quoteAtoms: quoteAtoms(account.quoteNeeded),
    }));
  }

  #account(index: number): Account {
    const account = this.#accounts[index];
    if (account === undefined) throw new RangeError(`the plan has no trader ${index}`);
    return account;
  }
}

/** How much more than `needed` it takes to keep `balance` from going below zero. */
const missing = (balance: bigint, needed: bigint): bigint => (-balance > needed ? -balance - needed : 0n);
