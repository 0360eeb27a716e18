/** Transactions and messages as text in a request, with the limits and complaints of Agave. */
import { fromBase58 } from './base58.ts';
import { MalformedBytes } from './byte-reader.ts';
import { invalidParams } from './rpc-error.ts';
import {
  decodeTransaction,
  MAX_PACKET_BYTES,
  MAX_V1_BYTES,
  maxTransactionBytes,
  type WireTransaction,
} from './wire.ts';

const TYPE_NAME = 'solana_transaction::versioned::VersionedTransaction';
/** Characters that MAX_PACKET_BYTES and MAX_V1_BYTES bytes take at most in base58. */
const MAX_BASE58_PACKET = 1683;
const MAX_BASE58_V1 = 5594;

export type TransactionTextEncoding = 'base58' | 'base64';

export function readTransactionEncoding(value: unknown): TransactionTextEncoding {
  if (value === 'base58' || value === 'base64') return value;
  throw invalidParams(`unsupported encoding: ${String(value)}. Supported encodings: base58, base64`);
}

export function readTransaction(text: string, encoding: TransactionTextEncoding): WireTransaction {
  const bytes = encoding === 'base64' ? decodeSizedBase64(text) : decodeSizedBase58(text);
  try {
    return decodeTransaction(bytes);
  } catch (cause) {
    if (!(cause instanceof MalformedBytes)) throw cause;
    throw invalidParams(`failed to deserialize ${TYPE_NAME}: ${cause.message}`);
  }
}

/** `what` names the type in complaints. */
export function decodeBase64(text: string, maxBytes: number, what: string): Uint8Array {
  const maxText = base64Length(maxBytes);
  if (text.length > maxText) throw tooLarge('base64', what, text.length, maxText, maxBytes);
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) throw invalidParams('invalid base64 encoding');
  return new Uint8Array(Buffer.from(text, 'base64'));
}

/** The first byte says which limit holds, so it is looked at before the rest is decoded. */
function decodeSizedBase64(text: string): Uint8Array {
  const maxBytes = maxTransactionBytes(Buffer.from(text.slice(0, 4), 'base64')[0]);
  const bytes = decodeBase64(text, maxBytes, TYPE_NAME);
  if (bytes.length <= maxBytes) return bytes;
  throw invalidParams(`decoded ${TYPE_NAME} too large: ${bytes.length} bytes (max: ${maxBytes} bytes)`);
}

function decodeSizedBase58(text: string): Uint8Array {
  if (text.length > MAX_BASE58_V1) throw tooLarge('base58', TYPE_NAME, text.length, MAX_BASE58_V1, MAX_V1_BYTES);
  const bytes = decodeBase58(text);
  const maxBytes = maxTransactionBytes(bytes[0]);
  if (bytes.length <= maxBytes) return bytes;
  throw tooLarge('base58', TYPE_NAME, text.length, MAX_BASE58_PACKET, MAX_PACKET_BYTES);
}

function decodeBase58(text: string): Uint8Array {
  try {
    return fromBase58(text);
  } catch {
    throw invalidParams('invalid base58 encoding');
  }
}

function base64Length(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}

function tooLarge(encoding: string, what: string, length: number, maxText: number, maxBytes: number) {
  return invalidParams(
    `${encoding} encoded ${what} too large: ${length} bytes (max: encoded/raw ${maxText}/${maxBytes})`,
  );
}
