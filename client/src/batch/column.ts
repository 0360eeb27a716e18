import { BytesReader, leb128 } from './bytes-reader.ts';
import { malformed } from './malformed.ts';

/** How the values of a column are written; the first byte of the column. */
export const ColumnEncoding = { Plain: 0, BitPacked: 1, RunLength: 2 } as const;

const BYTE_BITS = 8;

/**
 * The column in the fewest bytes; among equals the encoding with the lowest number.
 * @param values each below 2^64
 */
export function encodeColumn(values: readonly bigint[]): Uint8Array {
  const candidates = [plain(values), bitPacked(values), runLength(values)];
  const bytes = candidates.reduce((best, next) => (next.length < best.length ? next : best));
  return Uint8Array.from(bytes);
}

function plain(values: readonly bigint[]): number[] {
  const body = values.flatMap(leb128);
  return [ColumnEncoding.Plain, ...leb128(BigInt(body.length)), ...body];
}

function bitPacked(values: readonly bigint[]): number[] {
  const width = values.reduce((widest, value) => Math.max(widest, value.toString(2).length), 1);
  const body: number[] = new Array(packedBytes(values.length, width)).fill(0);
  values.forEach((value, i) => {
    // At most nine bytes hold the value, from the byte its first bit is in.
    const first = i * width;
    let rest = value << BigInt(first % BYTE_BITS);
    for (let at = Math.floor(first / BYTE_BITS); rest > 0n; at += 1, rest >>= 8n) {
      body[at] = (body[at] ?? 0) | Number(rest & 0xffn);
    }
  });
  return [ColumnEncoding.BitPacked, width, ...body];
}

/** Bytes of so many values of `width` bits each. */
export const packedBytes = (count: number, width: number): number => Math.ceil((count * width) / BYTE_BITS);

function runLength(values: readonly bigint[]): number[] {
  const body = runs(values);
  return [ColumnEncoding.RunLength, ...leb128(BigInt(body.length)), ...body];
}

/** Each run as its value and how often it comes. */
export const runs = (values: readonly bigint[]): number[] =>
  runsOf(values).flatMap(({ value, length }) => [...leb128(value), ...leb128(BigInt(length))]);

function runsOf(values: readonly bigint[]): { value: bigint; length: number }[] {
  const runs: { value: bigint; length: number }[] = [];
  for (const value of values) {
    const last = runs.at(-1);
    if (last?.value === value) last.length += 1;
    else runs.push({ value, length: 1 });
  }
  return runs;
}

/** A column whose frame has been read: its values come later, so that all frames are judged before any value. */
export type ColumnValues = () => bigint[];

/**
 * Reads the frame of a column of `count` values of at most `bits` bits each.
 * @throws LockstepError MALFORMED_BATCH; so does the column when its values are read
 */
export function readColumn(reader: BytesReader, count: number, bits: number): ColumnValues {
  const encoding = reader.u8();
  if (encoding === ColumnEncoding.BitPacked) {
    const width = reader.u8();
    if (width < 1 || width > bits) throw malformed('UnknownEncoding', `no field of ${bits} bits is packed in ${width}`);
    const body = reader.take(packedBytes(count, width));
    refuseSpareBits(body, count * width);
    return () => Array.from({ length: count }, (_, i) => packedAt(body, i * width, width));
  }
  if (encoding !== ColumnEncoding.Plain && encoding !== ColumnEncoding.RunLength) {
    throw malformed('UnknownEncoding', `there is no encoding ${encoding}`);
  }
  const length = reader.leb128();
  // A length no payload has must not become a number that has lost digits.
  const body = reader.take(length > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(length));
  const valuesOf = encoding === ColumnEncoding.Plain ? plainValues : runValues;
  return () => valuesOf(new BytesReader(body), count, bits);
}

function refuseSpareBits(body: Uint8Array, used: number): void {
  const last = body.at(-1) ?? 0;
  const usedOfLast = used % BYTE_BITS;
  if (usedOfLast > 0 && last >> usedOfLast !== 0) throw malformed('SpareBitsSet', 'bits behind the last value are set');
}

function packedAt(body: Uint8Array, first: number, width: number): bigint {
  let value = 0n;
  const from = Math.floor(first / BYTE_BITS);
  const to = Math.ceil((first + width) / BYTE_BITS);
  for (let at = to - 1; at >= from; at -= 1) value = (value << 8n) | BigInt(body[at] ?? 0);
  return BigInt.asUintN(width, value >> BigInt(first % BYTE_BITS));
}

function plainValues(body: BytesReader, count: number, bits: number): bigint[] {
  const values = Array.from({ length: count }, () => {
    if (body.isAtEnd) throw malformed('ColumnCountMismatch', `fewer than ${count} values`);
    return fieldValue(body, bits);
  });
  refuseRest(body, count);
  return values;
}

/** @throws LockstepError MALFORMED_BATCH unless the runs are exactly `count` values of at most `bits` bits */
export function runValues(body: BytesReader, count: number, bits: number): bigint[] {
  const values: bigint[] = [];
  while (values.length < count) {
    if (body.isAtEnd) throw malformed('ColumnCountMismatch', `runs of fewer than ${count} values`);
    const value = fieldValue(body, bits);
    const length = body.leb128();
    if (length === 0n || length > BigInt(count - values.length)) {
      throw malformed('ColumnCountMismatch', `a run of ${length} where ${count - values.length} values are left`);
    }
    for (let i = 0; i < Number(length); i += 1) values.push(value);
  }
  refuseRest(body, count);
  return values;
}

function fieldValue(body: BytesReader, bits: number): bigint {
  const value = body.leb128();
  if (value >> BigInt(bits) !== 0n) throw malformed('ColumnValueOutOfRange', `${value} is no field of ${bits} bits`);
  return value;
}

function refuseRest(body: BytesReader, count: number): void {
  if (!body.isAtEnd) throw malformed('ColumnCountMismatch', `more than ${count} values`);
}
