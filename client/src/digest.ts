import { createHash } from 'node:crypto';
import { viewOf } from './bytes.ts';

export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

/** Identifies a batch by its bytes, version byte included; the market keeps the last ones in `recentDigests`. */
export const payloadDigest = (data: Uint8Array): Uint8Array => sha256(data);

/** Identifies the outcomes of a batch, one byte a trade. */
export const resultsDigest = (codes: Uint8Array): Uint8Array => sha256(codes);

/** The first eight bytes of a payload's digest as a little-endian number: what the next V2 batch names as its previous one. */
export const digestPrefix = (digest: Uint8Array): bigint => viewOf(digest).getBigUint64(0, true);
