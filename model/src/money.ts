/** The quote atoms a trade moves from buyer to seller. */
export const amountOf = (price: bigint, quantity: bigint): bigint => price * quantity;

/** The exact fee, rounded up: the formula of the contract without the split that keeps the program inside u64. */
export function feeOn(amount: bigint, bps: number): bigint {
  const exact = amount * BigInt(bps);
  const whole = exact / 10_000n;
  return whole * 10_000n === exact ? whole : whole + 1n;
}
