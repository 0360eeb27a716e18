import { getBase58Decoder, getBase58Encoder } from '@solana/kit';

const decoder = getBase58Decoder();
const encoder = getBase58Encoder();

export function toBase58(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** Throws when a character is outside the alphabet. Decoding is quadratic in the length: check the length first. */
export function fromBase58(text: string): Uint8Array {
  return new Uint8Array(encoder.encode(text));
}
