import { U64_MAX } from '#client';
import type { Decimal } from './decimal.ts';
import { formatDecimal, parseDecimal, reduced } from './decimal.ts';
import { InputError } from './input-error.ts';

/** Decimals a price or a quantity may have: with 8 and 8 the quote mint has 16, and a trade can move 1,844 quote. */
export const MAX_DECIMALS = 8;

/** What is traded, in the units of the chain. A price of n ticks is `n × priceUnit` quote atoms per base lot. */
export interface Instrument {
  /** Smallest step of a price, in quote per base. */
  readonly tick: Decimal;
  /** Smallest step of a quantity, in base. */
  readonly lot: Decimal;
  /** Decimals of the base mint. */
  readonly baseDecimals: number;
  /** Atoms of the base mint in a lot. */
  readonly baseLotAtoms: bigint;
  /** Decimals of the quote mint: as many as tick × lot needs, so that every amount is a whole number of atoms. */
  readonly quoteDecimals: number;
  /** Quote atoms per base lot in a tick. */
  readonly priceUnit: bigint;
}

export function instrumentOf(tick: Decimal, lot: Decimal): Instrument {
  const amountStep = reduced({ digits: tick.digits * lot.digits, scale: tick.scale + lot.scale });
  return {
    tick,
    lot,
    baseDecimals: lot.scale,
    baseLotAtoms: lot.digits,
    quoteDecimals: amountStep.scale,
    priceUnit: amountStep.digits,
  };
}

/** The most a trade can move, and all deposits together: u64 atoms of each mint. In whole base and quote, rounded down. */
export const largestAmounts = ({ baseDecimals, quoteDecimals }: Instrument): { base: bigint; quote: bigint } => ({
  base: U64_MAX / 10n ** BigInt(baseDecimals),
  quote: U64_MAX / 10n ** BigInt(quoteDecimals),
});

/**
 * A declared tick or lot.
 * @throws InputError STEP_INVALID
 */
export function parseStep(text: string, what: 'tick' | 'lot'): Decimal {
  const step = parseDecimal(text.trim());
  if (step === undefined || step.digits <= 0n || step.scale > MAX_DECIMALS || step.digits >= 10n ** 16n) {
    throw new InputError(
      'STEP_INVALID',
      `${what} ${JSON.stringify(text)} is no usable step`,
      `Give the smallest step as a plain decimal above 0 with at most ${MAX_DECIMALS} decimals, like 0.01.`,
    );
  }
  return step;
}

export const describeInstrument = ({ tick, lot }: Instrument): string =>
  `tick ${formatDecimal(tick)}, lot ${formatDecimal(lot)}`;
