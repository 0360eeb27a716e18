import { U64_LIMIT } from './limits.ts';
import { requireThat } from './refusal.ts';

/** Where a column lies, and how its values are written. */
export interface Frame {
  readonly encoding: number;
  readonly width: number;
  readonly body: Uint8Array;
  readonly count: number;
  /** One above the largest value of the field. */
  readonly limit: bigint;
  /** Place of the first byte behind the column. */
  readonly end: number;
}

/** An integer of base 128, lowest digit first, in as few digits as it has. */
export function integerAt(bytes: Uint8Array, at: number): { value: bigint; end: number } {
  const digits: number[] = [];
  for (let end = at; ; ) {
    const byte = bytes[end];
    requireThat(byte !== undefined, 'ColumnTruncated');
    end += 1;
    digits.push(byte % 128);
    const value = digits.reduceRight((sum, digit) => sum * 128n + BigInt(digit), 0n);
    requireThat(digits.length === 1 || byte !== 0, 'OverlongInteger');
    requireThat(digits.length < 10 || (value < U64_LIMIT && byte < 128), 'OverlongInteger');
    if (byte < 128) return { value, end };
  }
}

export function columnAt(bytes: Uint8Array, at: number, count: number, bits: number): Frame {
  const encoding = bytes[at];
  requireThat(encoding !== undefined, 'ColumnTruncated');
  const frame = { encoding, width: 0, count, limit: 2n ** BigInt(bits) };
  if (encoding === 1) {
    const width = bytes[at + 1];
    requireThat(width !== undefined, 'ColumnTruncated');
    requireThat(width >= 1 && width <= bits, 'UnknownEncoding');
    const end = at + 2 + Math.ceil((count * width) / 8);
    requireThat(end <= bytes.length, 'ColumnTruncated');
    const body = bytes.subarray(at + 2, end);
    requireThat(wholeOf(body) < 2n ** BigInt(count * width), 'SpareBitsSet');
    return { ...frame, width, body, end };
  }
  requireThat(encoding === 0 || encoding === 2, 'UnknownEncoding');
  const { value: length, end: start } = integerAt(bytes, at + 1);
  requireThat(BigInt(start) + length <= BigInt(bytes.length), 'ColumnTruncated');
  const end = start + Number(length);
  return { ...frame, body: bytes.subarray(start, end), end };
}

export function valuesOf(frame: Frame): bigint[] {
  if (frame.encoding === 1) return packedValues(frame);
  const values: bigint[] = [];
  let at = 0;
  while (values.length < frame.count) {
    requireThat(at < frame.body.length, 'ColumnCountMismatch');
    const { value, end } = integerAt(frame.body, at);
    requireThat(value < frame.limit, 'ColumnValueOutOfRange');
    at = end;
    if (frame.encoding === 0) {
      values.push(value);
      continue;
    }
    const run = integerAt(frame.body, at);
    requireThat(run.value > 0n && run.value <= BigInt(frame.count - values.length), 'ColumnCountMismatch');
    at = run.end;
    values.push(...Array<bigint>(Number(run.value)).fill(value));
  }
  requireThat(at === frame.body.length, 'ColumnCountMismatch');
  return values;
}

/** The whole column is one number; value i is what it has from bit i × width on. */
function packedValues({ body, count, width }: Frame): bigint[] {
  const whole = wholeOf(body);
  const limit = 2n ** BigInt(width);
  return Array.from({ length: count }, (_, i) => (whole / 2n ** BigInt(i * width)) % limit);
}

const wholeOf = (body: Uint8Array): bigint => BigInt(`0x0${Buffer.from(body).reverse().toString('hex')}`);
