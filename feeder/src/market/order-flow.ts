import { OrderType } from '#client';
import { SeededRandom } from '../random.ts';
import type { Fill } from './book.ts';
import { OrderBook } from './book.ts';
import type { Order } from './order.ts';

export interface FlowOptions {
  readonly seed: string;
  /** At least 2. */
  readonly traders: number;
}

/** Where the price starts, in ticks: 40,000.00 at a tick of 0.01. */
const START_TICKS = 4_000_000;
/** The price never falls below this: with it a limit order's price stays positive. */
const LOWEST_TICKS = 1_000;
/** The reference price moves by at most this many ticks an order. */
const DRIFT_TICKS = 25;
/** Limit orders lie between this far on the passive side of the reference price … */
const PASSIVE_TICKS = 400;
/** … and this far on the aggressive side, where they take. */
const AGGRESSIVE_TICKS = 120;
/** Of a hundred orders, how many are immediate-or-cancel. */
const IOC_PERCENT = 25;
/** Quantities are 1 to this many lots times a power of ten up to MAX_LOTS_EXPONENT, so small orders are common. */
const MAX_LOTS = 99;
const MAX_LOTS_EXPONENT = 3;
/** When more orders wait, the oldest is cancelled, as its trader would. */
const MAX_WAITING_ORDERS = 1_000;

/** Endless fills of invented traders' limit and immediate-or-cancel orders; the same seed gives the same fills. */
export function* orderFlow({ seed, traders }: FlowOptions): Generator<Fill> {
  const random = new SeededRandom(`flow:${seed}`);
  const book = new OrderBook();
  let reference = START_TICKS;
  for (let id = 1; ; id += 1) {
    reference = Math.max(LOWEST_TICKS, reference + random.below(2 * DRIFT_TICKS + 1) - DRIFT_TICKS);
    yield* book.submit(nextOrder(id, reference, traders, random)).fills;
    const { oldest } = book;
    if (book.size > MAX_WAITING_ORDERS && oldest !== undefined) book.cancel(oldest);
  }
}

function nextOrder(id: number, reference: number, traders: number, random: SeededRandom): Order {
  const side = random.below(2) === 0 ? 'buy' : 'sell';
  const immediateOrCancel = random.below(100) < IOC_PERCENT;
  const passive = immediateOrCancel ? 0 : PASSIVE_TICKS;
  const towardsTaking = random.below(passive + AGGRESSIVE_TICKS + 1) - passive;
  const price = reference + (side === 'buy' ? towardsTaking : -towardsTaking);
  const lots = (1 + random.below(MAX_LOTS)) * 10 ** random.below(MAX_LOTS_EXPONENT + 1);
  return {
    id,
    trader: random.below(traders),
    side,
    price: BigInt(price),
    quantity: BigInt(lots),
    orderType: immediateOrCancel ? OrderType.ImmediateOrCancel : OrderType.Limit,
  };
}
