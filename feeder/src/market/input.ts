import type { FundingPlan } from '../funding.ts';
import type { Instrument } from '../instrument.ts';
import { LaneIntake } from '../intake.ts';
import type { InputRow } from '../rows.ts';
import type { InputOptions, TradeInput } from '../trade-input.ts';
import { orderFlow } from './order-flow.ts';

/** Trades when nobody says how many. */
export const DEFAULT_FLOW_TRADES = 1_000;

/** Trades of the seeded order flow. */
export function flowInput(instrument: Instrument, options: InputOptions): TradeInput {
  const count = options.count ?? DEFAULT_FLOW_TRADES;
  return {
    instrument,
    origin: `order flow of seed ${options.seed}`,
    rows: (funding) => flowRows(instrument, options, count, funding),
  };
}

async function* flowRows(
  instrument: Instrument,
  options: InputOptions,
  count: number,
  funding: FundingPlan,
): AsyncGenerator<InputRow> {
  const intake = new LaneIntake(funding);
  let number = 0;
  for (const fill of orderFlow(options)) {
    number += 1;
    yield intake.take({
      line: number,
      reference: BigInt(number),
      buyer: fill.buyer,
      seller: fill.seller,
      price: fill.price * instrument.priceUnit,
      quantity: fill.quantity,
      takerIsBuyer: fill.takerIsBuyer,
      orderType: fill.orderType,
      feeTier: undefined,
    });
    if (number === count) return;
  }
}
