import { createHash } from 'node:crypto';

/**
 * What an owner signs. Every field is of fixed length but the action, which says its own, so no two different requests have the same
 * bytes; the body is its SHA-256, of the bytes as sent.
 */
export interface SignedRequest {
  /** Market the request is for: 32 bytes. */
  readonly market: Uint8Array;
  /** Key that owns the entry and signs: 32 bytes. */
  readonly owner: Uint8Array;
  /** Never used before by this owner: 16 bytes. */
  readonly nonce: Uint8Array;
  /** Milliseconds since 1970 from which on the request is refused. */
  readonly expiryMs: bigint;
  /** Method and path without query, such as `POST /orders`. */
  readonly action: string;
  readonly body: Uint8Array;
}

/**
 * Begins with 0xff, which no Solana transaction does (it would be a message of version 127): a wallet that signs this has signed no
 * transaction. The last byte is the version of this layout.
 */
const DOMAIN = Buffer.concat([Uint8Array.of(0xff), Buffer.from('lockstep gateway request', 'ascii'), Uint8Array.of(1)]);

export const KEY_BYTES = 32;
export const NONCE_BYTES = 16;
export const SIGNATURE_BYTES = 64;
/** The length is written in two bytes. */
const MAX_ACTION_BYTES = 0xffff;

/** The bytes to sign: domain, market, owner, nonce, expiry (u64 LE), length of the action (u16 LE), action, SHA-256 of the body. */
export function bytesToSign({ market, owner, nonce, expiryMs, action, body }: SignedRequest): Uint8Array {
  const text = Buffer.from(action, 'utf8');
  requireLength('market', market, KEY_BYTES);
  requireLength('owner', owner, KEY_BYTES);
  requireLength('nonce', nonce, NONCE_BYTES);
  if (text.length > MAX_ACTION_BYTES) throw new RangeError(`an action is at most ${MAX_ACTION_BYTES} bytes`);
  const numbers = Buffer.alloc(10);
  numbers.writeBigUInt64LE(expiryMs, 0);
  numbers.writeUInt16LE(text.length, 8);
  const digest = createHash('sha256').update(body).digest();
  return new Uint8Array(Buffer.concat([DOMAIN, market, owner, nonce, numbers, text, digest]));
}

function requireLength(what: string, bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) throw new RangeError(`${what} must be ${length} bytes, got ${bytes.length}`);
}

/** Actions that can be signed; the path is the gateway's own, whatever a proxy puts before it. */
export const ORDER_ACTION = 'POST /orders';
export const cancelAction = (order: string): string => `DELETE /orders/${order}`;
export const TRADER_FEED_ACTION = 'GET /feed/trader';

/** What is signed as the body of a trader's feed: the indices in decimal, as given, with commas between. */
export const tradersBody = (traders: readonly number[]): Uint8Array => Buffer.from(traders.join(','), 'ascii');

/** Headers of a signed request. */
export const AUTH_HEADERS = {
  owner: 'lockstep-owner',
  nonce: 'lockstep-nonce',
  expiry: 'lockstep-expiry',
  signature: 'lockstep-signature',
} as const;
