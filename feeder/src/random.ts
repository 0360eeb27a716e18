import { createHash } from 'node:crypto';

/** Four 32-bit words of a seed text: any text gives a full-size state. */
function wordsOf(seed: string): [number, number, number, number] {
  const digest = createHash('sha256').update(seed).digest();
  return [digest.readUInt32LE(0), digest.readUInt32LE(4), digest.readUInt32LE(8), digest.readUInt32LE(12)];
}

/** The same numbers for the same seed on every machine: 32-bit integer arithmetic only (sfc32). Not for secrets. */
export class SeededRandom {
  #a: number;
  #b: number;
  #c: number;
  #counter: number;

  constructor(seed: string) {
    [this.#a, this.#b, this.#c, this.#counter] = wordsOf(seed);
  }

  /** Whole number of 0..2^32-1. */
  word(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    return sum >>> 0;
  }

  /** Whole number of 0..limit-1, every one equally likely: words beyond the last full range are drawn again. */
  below(limit: number): number {
    const fair = 0x1_0000_0000 - (0x1_0000_0000 % limit);
    let word = this.word();
    while (word >= fair) word = this.word();
    return word % limit;
  }
}

/** Hashes a u64 under a seed into two words: the same row has the same traders wherever it stands in a file. */
export function seededHash(seed: string): (value: bigint) => [number, number] {
  const [key0, key1, key2] = wordsOf(seed);
  return (value) => {
    const low = Number(BigInt.asUintN(32, value));
    const high = Number(BigInt.asUintN(32, value >> 32n));
    const first = mixed(low ^ mixed(high ^ key0));
    return [first, mixed(first ^ mixed(low ^ mixed(high ^ key1)) ^ key2)];
  };
}

/** Finaliser of MurmurHash3: every bit of the word reaches every bit of the result. */
export function mixed(word: number): number {
  let bits = word;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85eb_ca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2_ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
