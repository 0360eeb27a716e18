import type { Field, Type } from './model.ts';
import type { Random } from './random.ts';

/**
 * Values in the form the borsh package takes: fields by id, a variant by its id. The nth value takes the nth variant and length, so
 * that a few of them have seen everything.
 */
export type Value = unknown;

const BITS = /^[ui](\d+)$/;

export function randomValue(type: Type, random: Random, nth: number): Value {
  switch (type.kind) {
    case 'scalar':
      return scalarValue(type.name, random, nth);
    case 'string':
      return 'aé€z'.slice(0, nth % 5);
    case 'option':
      return nth % 2 === 0 ? randomValue(type.inner, random, nth >> 1) : null;
    case 'vec':
      return Array.from({ length: (nth + 1) % 4 }, (_, at) => randomValue(type.inner, random, nth + at));
    case 'array':
      return Array.from({ length: type.length }, (_, at) => randomValue(type.inner, random, nth + at));
    case 'alias':
      return randomValue(type.inner, random, nth);
    case 'enum': {
      const variant = type.variants[nth % type.variants.length];
      return { [`v${variant?.id}`]: fieldsValue(variant?.fields ?? [], random, nth) };
    }
    default:
      return fieldsValue(type.fields, random, nth);
  }
}

function fieldsValue(fields: readonly Field[], random: Random, nth: number): Value {
  const entries = fields.map(({ id, type, isReserved }) => [
    `f${id}`,
    isReserved ? zeroOf(type) : randomValue(type, random, nth),
  ]);
  return Object.fromEntries(entries);
}

function scalarValue(name: string, random: Random, nth: number): Value {
  if (name === 'pubkey') return Array.from({ length: 32 }, () => 1 + random.below(255));
  if (name === 'bool') return nth % 2 === 0;
  if (name === 'f64') return random.below(1_000_000) / 7 + 1;
  const bits = Number(BITS.exec(name)?.[1]);
  // No byte is zero: a byte that is read in the wrong place shows.
  const raw = Array.from({ length: bits / 8 }).reduce<bigint>((sum) => (sum << 8n) | BigInt(1 + random.below(255)), 0n);
  const value = name.startsWith('i') ? BigInt.asIntN(bits, raw) : raw;
  return bits > 32 ? value : Number(value);
}

/** What a value of all zero bytes is. */
export function zeroOf(type: Type): Value {
  switch (type.kind) {
    case 'scalar':
      if (type.name === 'pubkey') return Array.from({ length: 32 }, () => 0);
      if (type.name === 'bool') return false;
      return Number(BITS.exec(type.name)?.[1] ?? 8) > 32 ? 0n : 0;
    case 'string':
      return '';
    case 'option':
      return null;
    case 'vec':
      return [];
    case 'array':
      return Array.from({ length: type.length }, () => zeroOf(type.inner));
    case 'alias':
      return zeroOf(type.inner);
    case 'enum':
      return { [`v${type.variants[0]?.id}`]: zeroFields(type.variants[0]?.fields ?? []) };
    default:
      return zeroFields(type.fields);
  }
}

const zeroFields = (fields: readonly Field[]): Value =>
  Object.fromEntries(fields.map(({ id, type }) => [`f${id}`, zeroOf(type)]));
