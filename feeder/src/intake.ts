import { baseLots, price, tradeId, U64_MAX } from '#client';
import type { FundingPlan } from './funding.ts';
import type { InputRow, InputTrade } from './rows.ts';
import { rejection } from './rows.ts';
import { feeTierOf } from './traders.ts';

/** Turns the trades of one pass over the input into lane trades: ids 1…n, amounts that fit the chain, all of them funded. */
export class LaneIntake {
  readonly #funding: FundingPlan;
  #lastId = 0n;

  constructor(funding: FundingPlan) {
    this.#funding = funding;
  }

  take(input: InputTrade): InputRow {
    if (input.price > U64_MAX || input.quantity > U64_MAX) return overflow(input, 'price or quantity');
    const trade = {
      tradeId: tradeId(this.#lastId + 1n),
      buyer: input.buyer,
      seller: input.seller,
      price: price(input.price),
      quantity: baseLots(input.quantity),
      takerIsBuyer: input.takerIsBuyer,
    };
    const refused = this.#funding.add(trade);
    if (refused === 'amount') return overflow(input, 'price × quantity');
    if (refused === 'deposits') {
      const reason = 'the deposits this trade needs would bring the market beyond u64 atoms of a mint';
      return rejection(input.line, 'DEPOSIT_OVERFLOW', reason);
    }
    this.#lastId += 1n;
    const taker = input.takerIsBuyer ? input.buyer : input.seller;
    const order = { orderType: input.orderType, feeTier: input.feeTier ?? feeTierOf(taker) };
    return { accepted: { trade, order, reference: input.reference.toString(), line: input.line } };
  }
}

const overflow = ({ line }: InputTrade, what: string): InputRow =>
  rejection(line, 'AMOUNT_OVERFLOW', `${what} is beyond u64 at this tick and lot`);
