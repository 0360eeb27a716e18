/**
 * Golden vectors are computed here from first principles (Buffer writes and node:crypto), on purpose without the client's
 * codecs, the program's code or a protobuf library: three implementations that agree with a fourth are worth more than
 * one that agrees with itself.
 */
import { createHash } from 'node:crypto';

export const U64_MAX = 2n ** 64n - 1n;
export const U32_MAX = 2 ** 32 - 1;

/** Little-endian u64. */
export function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}

/** Little-endian u32. */
export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

export function u8(value: number): Buffer {
  return Buffer.from([value]);
}

export function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** The first eight bytes of sha256("global:<name>"): how the program recognises an instruction. */
export function instructionDiscriminator(name: string): Buffer {
  return sha256(Buffer.from(`global:${name}`)).subarray(0, 8);
}
