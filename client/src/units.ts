import { clientError } from './errors.ts';

declare const unit: unique symbol;
type Unit<Name extends string> = bigint & { readonly [unit]: Name };

/** Contiguous per market, from 1; the engine assigns it. */
export type TradeId = Unit<'TradeId'>;
/** Number of a batch in its market, from 1. */
export type Sequence = Unit<'Sequence'>;
/** The cluster's slot. */
export type Slot = Unit<'Slot'>;
/** Quantity of the base asset; one lot is the market's `baseLotAtoms` atoms of the base mint. */
export type BaseLots = Unit<'BaseLots'>;
/** Atoms of the quote mint. */
export type QuoteAtoms = Unit<'QuoteAtoms'>;
/** Quote atoms per base lot. */
export type Price = Unit<'Price'>;

/** What a unit can be made of: text is decimal digits only. */
export type Integer = bigint | number | string;

export const U64_MAX = 0xffff_ffff_ffff_ffffn;
export const U32_MAX = 0xffff_ffff;

/** @throws LockstepError OUT_OF_RANGE unless `value` is a whole number of 0..2^64-1, exactly represented */
export function u64(value: Integer, what: string): bigint {
  const exact = toBigint(value);
  if (exact === undefined || exact < 0n || exact > U64_MAX) {
    throw clientError('OUT_OF_RANGE', `${what} must be a whole number of 0..2^64-1, got ${value}`);
  }
  return exact;
}

function toBigint(value: Integer): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined;
  return /^\d+$/.test(value) ? BigInt(value) : undefined;
}

export const tradeId = (value: Integer): TradeId => u64(value, 'trade id') as TradeId;
export const sequence = (value: Integer): Sequence => u64(value, 'sequence') as Sequence;
export const slot = (value: Integer): Slot => u64(value, 'slot') as Slot;
export const baseLots = (value: Integer): BaseLots => u64(value, 'base lots') as BaseLots;
export const quoteAtoms = (value: Integer): QuoteAtoms => u64(value, 'quote atoms') as QuoteAtoms;
export const price = (value: Integer): Price => u64(value, 'price') as Price;

/** @throws LockstepError OUT_OF_RANGE unless `value` is a whole number of 0..2^32-1 */
export function u32(value: number, what: string): number {
  if (!Number.isInteger(value) || value < 0 || value > U32_MAX) {
    throw clientError('OUT_OF_RANGE', `${what} must be a whole number of 0..2^32-1, got ${value}`);
  }
  return value;
}

/** Place of a trader's entry in its market. */
export const traderIndex = (value: number): number => u32(value, 'trader index');
