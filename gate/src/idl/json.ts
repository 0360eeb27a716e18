import { gateError } from '../errors.ts';

export type Json = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A part of an IDL that has to be an object. @throws LockstepError GATE_IDL_INVALID */
export function object(value: unknown, what: string): Json {
  if (isObject(value)) return value;
  throw gateError('GATE_IDL_INVALID', `${what} is no object`);
}

/** A part that may be missing, and is a list otherwise. @throws LockstepError GATE_IDL_INVALID */
export function list(value: unknown, what: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  throw gateError('GATE_IDL_INVALID', `${what} is no list`);
}

/** @throws LockstepError GATE_IDL_INVALID */
export function text(value: unknown, what: string): string {
  if (typeof value === 'string') return value;
  throw gateError('GATE_IDL_INVALID', `${what} is no text`);
}

/** Bytes of a discriminator. @throws LockstepError GATE_IDL_INVALID */
export function bytes(value: unknown, what: string): readonly number[] {
  const numbers = list(value, what);
  const isByte = (n: unknown): n is number => typeof n === 'number' && Number.isInteger(n) && n >= 0 && n < 256;
  if (numbers.length > 0 && numbers.every(isByte)) return numbers;
  throw gateError('GATE_IDL_INVALID', `${what} is no list of bytes`);
}

/** The same text for equal values, whatever the order of keys; documentation does not count. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? 'null';
  const keys = Object.keys(value).filter((key) => key !== 'docs' && value[key] !== undefined);
  return `{${keys
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`)
    .join(',')}}`;
}
