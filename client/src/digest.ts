import { createHash } from 'node:crypto';

export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

/** Identifies a batch by its bytes, version byte included; the market keeps the last ones in `recentDigests`. */
export const payloadDigest = (data: Uint8Array): Uint8Array => sha256(data);

/** Identifies the outcomes of a batch, one byte a trade. */
export const resultsDigest = (codes: Uint8Array): Uint8Array => sha256(codes);
