/** price × quantity and the fee's rounding, as unbounded integers decide them. */
import { U64_MAX } from './bytes.ts';

const BPS_IN_ONE = 10_000n;

const products: readonly (readonly [string, bigint, bigint])[] = [
  ['zero', 0n, 7n],
  ['one', 1n, 1n],
  ['ordinary', 3_900_013n, 412n],
  ['both halves of 32 bits', 0x1_0000_0001n, 0xffff_fffen],
  ['low half at its end', 2n ** 32n - 1n, 2n ** 32n - 1n],
  ['exactly u64::MAX, by 1', U64_MAX, 1n],
  ['exactly u64::MAX, by its factors', 2n ** 32n - 1n, 2n ** 32n + 1n],
  ['exactly u64::MAX, by 3', U64_MAX / 3n, 3n],
  ['one above u64::MAX', 2n ** 32n, 2n ** 32n],
  ['just above, high half of one factor', 2n ** 63n, 2n],
  ['just above, by 3', U64_MAX / 3n + 1n, 3n],
  ['carry out of the middle product', 0xffff_ffff_0000_0001n, 0x1_0000_0001n],
  ['both at their end', U64_MAX, U64_MAX],
];

export function amountsVectors(): unknown {
  return {
    about: 'amount = price × quantity in quote atoms; null where it passes u64 (AmountOverflow).',
    cases: products.flatMap(([name, price, quantity]) => [
      amountCase(name, price, quantity),
      ...(price === quantity ? [] : [amountCase(`${name}, factors swapped`, quantity, price)]),
    ]),
  };
}

function amountCase(name: string, price: bigint, quantity: bigint): Record<string, unknown> {
  const amount = price * quantity;
  return {
    name,
    price: price.toString(),
    quantity: quantity.toString(),
    amount: amount > U64_MAX ? null : amount.toString(),
  };
}

/** ceil(amount × bps / 10,000): what the program's two-part formula must equal. */
const feeOf = (amount: bigint, bps: bigint): bigint => (amount * bps + BPS_IN_ONE - 1n) / BPS_IN_ONE;

const FEE_AMOUNTS = [
  0n,
  1n,
  99n,
  9_999n,
  10_000n,
  10_001n,
  123_456_789n,
  2n ** 32n,
  2n ** 53n + 1n,
  U64_MAX - 1n,
  U64_MAX,
];
const FEE_BPS = [0n, 1n, 3n, 30n, 499n, 500n, 9_999n, 10_000n];

export function feesVectors(): unknown {
  return {
    about:
      'fee = amount / 10,000 × bps + ceil(amount % 10,000 × bps / 10,000) = ceil(amount × bps / 10,000). Rates above the cap of 500 are here to show that the formula cannot overflow.',
    cases: FEE_AMOUNTS.flatMap((amount) =>
      FEE_BPS.map((bps) => ({
        name: `${amount} at ${bps} bps`,
        amount: amount.toString(),
        bps: Number(bps),
        fee: feeOf(amount, bps).toString(),
      })),
    ),
  };
}
