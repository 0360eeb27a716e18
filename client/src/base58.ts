import { decode, encode } from '@coral-xyz/anchor/dist/cjs/utils/bytes/bs58.js';

/** Text of bytes as Solana writes signatures and, in the answers of a node, instruction data. */
export const toBase58 = (bytes: Uint8Array): string => encode(bytes);

/** @throws Error when a letter is not of the alphabet */
export const fromBase58 = (text: string): Uint8Array => Uint8Array.from(decode(text));
