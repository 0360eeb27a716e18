import { InvalidArgumentError } from 'commander';
import type { Decimal } from './decimal.ts';
import { InputError } from './input-error.ts';
import { parseStep } from './instrument.ts';
import type { Rate } from './pace.ts';

const MAX_RATE = 1_000_000;

/** Parser of `--tick` and `--lot`. @throws InvalidArgumentError */
export const stepOption =
  (what: 'tick' | 'lot') =>
  (text: string): Decimal => {
    try {
      return parseStep(text, what);
    } catch (error) {
      throw error instanceof InputError ? new InvalidArgumentError(error.advice) : error;
    }
  };

/** Parser of `--rate`. @throws InvalidArgumentError */
export function rateOption(text: string): Rate {
  if (text === 'max') return text;
  const value = /^\d{1,7}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= MAX_RATE) return value;
  throw new InvalidArgumentError(`It must be max, or a whole number of 1 to ${MAX_RATE}.`);
}
