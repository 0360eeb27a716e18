import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { KEY_BYTES, SIGNATURE_BYTES } from './signed-request.ts';

/** What DER puts before a raw key. */
const PUBLIC_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const SEED_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The field's prime, 2^255 - 19. */
const PRIME = 2n ** 255n - 19n;
/** y coordinates of the points of order 1, 2, 4 and 8. */
const SMALL_ORDER_Y: ReadonlySet<bigint> = new Set([
  0n,
  1n,
  PRIME - 1n,
  0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n,
  PRIME - 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n,
]);

/**
 * Whether `signature` is `key`'s over `message`, as strictly as the chain: a key or an R of small order, for which one signature is
 * good for any message, and a coordinate that is not reduced are refused. OpenSSL refuses an S that is not reduced.
 */
export function isSignedBy(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (key.length !== KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
  if (!isSoundPoint(key) || !isSoundPoint(signature.subarray(0, KEY_BYTES))) return false;
  const publicKey = createPublicKey({ key: Buffer.concat([PUBLIC_PREFIX, key]), format: 'der', type: 'spki' });
  return verify(null, message, publicKey, signature);
}

/** Signs with the seed of a key: the first 32 bytes of a Solana keypair. */
export function signWith(seed: Uint8Array, message: Uint8Array): Uint8Array {
  const key = createPrivateKey({ key: Buffer.concat([SEED_PREFIX, seed]), format: 'der', type: 'pkcs8' });
  return new Uint8Array(sign(null, message, key));
}

function isSoundPoint(bytes: Uint8Array): boolean {
  const y = BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`) & (2n ** 255n - 1n);
  return y < PRIME && !SMALL_ORDER_Y.has(y);
}
