import { createHash } from 'node:crypto';
import type { PublicKey } from '@solana/web3.js';

const DEPTH = 32;

const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();

const parentOf = (left: Buffer, right: Buffer): Buffer => sha256(Buffer.concat([Buffer.of(1), left, right]));

function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}

/** Root of a fixed-depth tree over all leaves at once: nothing is carried from one append to the next. */
export function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  let level: Buffer[] = leaves.map((leaf) => Buffer.from(leaf));
  let empty: Buffer = Buffer.alloc(32);
  for (let height = 0; height < DEPTH; height += 1) {
    const below = level;
    const blank = empty;
    level = Array.from({ length: Math.ceil(below.length / 2) }, (_, i) =>
      parentOf(below[2 * i] ?? blank, below[2 * i + 1] ?? blank),
    );
    empty = parentOf(empty, empty);
  }
  return Uint8Array.from(level[0] ?? empty);
}

interface Place {
  readonly program: PublicKey;
  readonly market: PublicKey;
  readonly sequence: bigint;
}

const leafOf = (place: Place, version: number, payload: Buffer, results: Buffer): Uint8Array => {
  const { program, market, sequence } = place;
  const head = [Buffer.of(0), program.toBuffer(), market.toBuffer(), u64(sequence), Buffer.of(version)];
  return Uint8Array.from(sha256(Buffer.concat([...head, sha256(payload), sha256(results)])));
};

export const leafOfBatch = (place: Place, data: Uint8Array, codes: readonly number[]): Uint8Array =>
  leafOf(place, data[0] ?? 0, Buffer.from(data), Buffer.from(codes));

export const leafOfPing = (place: Place, nonce: bigint): Uint8Array => leafOf(place, 0, u64(nonce), Buffer.alloc(0));

export const digestOf = (data: Uint8Array): Uint8Array => Uint8Array.from(sha256(Buffer.from(data)));
