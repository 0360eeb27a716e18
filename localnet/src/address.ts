import { fromBase58 } from './base58.ts';
import { LocalnetError } from './localnet-error.ts';

const ADDRESS_BYTES = 32;
const MAX_ADDRESS_CHARACTERS = 44;

/** Base58 text, or web3.js's PublicKey. */
export type AddressLike = string | { toBase58(): string };

/** Throws ADDRESS_INVALID. */
export function toAddress(value: AddressLike): string {
  const text = typeof value === 'string' ? value : value.toBase58();
  if (text.length <= MAX_ADDRESS_CHARACTERS && isAddress(text)) return text;
  throw new LocalnetError('ADDRESS_INVALID', `${text} is no address`, 'Give 32 bytes in base58.');
}

function isAddress(text: string): boolean {
  try {
    return fromBase58(text).length === ADDRESS_BYTES;
  } catch {
    return false;
  }
}
