import { viewOf } from '../bytes.ts';
import { malformed } from './malformed.ts';

const U64_BITS = 64n;
/** 7 bits a byte: the tenth carries the last one. */
const MAX_LEB_BYTES = 10;

/** Reads a payload from front to back; every step says what is wrong with the bytes. */
export class BytesReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  take(count: number): Uint8Array {
    const end = this.#at + count;
    if (end > this.#bytes.length) throw malformed('ColumnTruncated', `${end - this.#bytes.length} bytes are missing`);
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  u8(): number {
    return viewOf(this.take(1)).getUint8(0);
  }

  /** An unsigned LEB128 integer of at most 64 bits in its shortest form. */
  leb128(): bigint {
    let value = 0n;
    for (let length = 1; ; length += 1) {
      const byte = this.u8();
      value |= BigInt(byte & 0x7f) << BigInt(7 * (length - 1));
      const isOverlong = (byte === 0 && length > 1) || (byte > 1 && length === MAX_LEB_BYTES);
      if (isOverlong) throw malformed('OverlongInteger', 'an integer is longer than it has to be, or than 64 bits');
      if (byte < 0x80) return value;
    }
  }
}

/** The shortest unsigned LEB128 form. */
export function leb128(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return [...bytes, Number(rest)];
}

/** The step between two u64 as an unsigned number that is small when the step is, in either direction; wraps at 2^64. */
export function zigzag(from: bigint, to: bigint): bigint {
  const step = BigInt.asIntN(64, to - from);
  return BigInt.asUintN(64, (step << 1n) ^ (step >> (U64_BITS - 1n)));
}

/** Takes the step again. */
export function unzigzag(from: bigint, step: bigint): bigint {
  return BigInt.asUintN(64, from + ((step >> 1n) ^ -(step & 1n)));
}
