import type { BaseLots, Price, QuoteAtoms } from './units.ts';
import { quoteAtoms, U64_MAX } from './units.ts';

const BPS_SCALE = 10_000n;

/** What the buyer owes the seller before fees, or undefined where the program answers AmountOverflow. */
export function quoteAmount(price: Price, quantity: BaseLots): QuoteAtoms | undefined {
  const amount = price * quantity;
  return amount > U64_MAX ? undefined : quoteAtoms(amount);
}

/**
 * The fee on `amount`, rounded up. Split so that, like on-chain, no step leaves u64 for any bps up to 10,000.
 * @param bps fee rate in hundredths of a percent
 */
export function feeOf(amount: QuoteAtoms, bps: number): QuoteAtoms {
  const rate = BigInt(bps);
  const whole = (amount / BPS_SCALE) * rate;
  const rest = ((amount % BPS_SCALE) * rate + BPS_SCALE - 1n) / BPS_SCALE;
  return quoteAtoms(whole + rest);
}
