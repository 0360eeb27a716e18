import type { Idl } from '@coral-xyz/anchor';
// The coder alone: the package's index brings providers, workspaces and their libraries, and a relayer that starts again waits for each.
import { BorshCoder } from '@coral-xyz/anchor/dist/cjs/coder/borsh/index.js';
import { PublicKey } from '@solana/web3.js';
import BN from 'bn.js';
import { idl } from './idl.ts';
import { u32, u64 } from './units.ts';

/** Anchor's coder over our IDL: names stay as the IDL spells them. */
export const coder = new BorshCoder(idl as unknown as Idl);

/**
 * What Anchor decoded, in the client's terms: u64 as bigint, names in camelCase, byte arrays as Uint8Array. The shape
 * named by `T` is held against the IDL by a test.
 */
export function fromAnchor<T>(value: unknown): T {
  return plain(value) as T;
}

/**
 * The client's values in Anchor's terms; the inverse of `fromAnchor`.
 * @throws LockstepError OUT_OF_RANGE for a bigint outside u64 and a number that is not whole: Anchor would drop the sign
 * or the fraction
 */
export function toAnchor(value: unknown): unknown {
  if (typeof value === 'number') return u32(value, 'an argument');
  if (typeof value === 'bigint') return new BN(u64(value, 'an argument').toString());
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (Array.isArray(value)) return value.map(toAnchor);
  if (isRecord(value)) return mapEntries(value, snakeCase, toAnchor);
  return value;
}

function plain(value: unknown): unknown {
  if (BN.isBN(value)) return BigInt(String(value));
  if (Buffer.isBuffer(value)) return Uint8Array.from(value);
  if (Array.isArray(value)) return isBytes(value) ? Uint8Array.from(value) : value.map(plain);
  if (isRecord(value)) return mapEntries(value, camelCase, plain);
  return value;
}

/** Every array of plain numbers in this program's IDL is one of bytes. */
const isBytes = (values: readonly unknown[]): values is number[] => values.every((value) => typeof value === 'number');

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !(value instanceof PublicKey);

function mapEntries(
  value: Record<string, unknown>,
  name: (key: string) => string,
  convert: (inner: unknown) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [name(key), convert(inner)]));
}

export const camelCase = (name: string): string =>
  name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

export const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
