import { zigzag } from './bytes-reader.ts';
import { packedBytes } from './column.ts';
import type { TradeV2 } from './v2.ts';
import { flagsOf, V2_HEADER_BYTES } from './v2.ts';

/** How many bytes `encodeBatchV2` makes of some trades, told trade by trade without encoding them. */
export interface SizeV2 {
  readonly bytes: number;
  /** With one trade more. */
  plus(trade: TradeV2): SizeV2;
}

/** Of a batch without trades. */
export const sizeV2: SizeV2 = { bytes: V2_HEADER_BYTES, plus: (trade) => sizeOf(firstColumns(trade)) };

/** What a column's three encodings take so far. */
interface Column {
  readonly count: number;
  readonly plainBytes: number;
  /** Of the widest value, in bits. */
  readonly width: number;
  /** Bytes of the runs before the last one. */
  readonly runBytes: number;
  readonly last?: { readonly value: bigint; readonly length: number };
}

interface Columns {
  readonly firstPriceBytes: number;
  readonly price: bigint;
  readonly steps: Column;
  /** Buyer, seller, quantity, flags. */
  readonly others: readonly Column[];
}

const EMPTY: Column = { count: 0, plainBytes: 0, width: 1, runBytes: 0 };

const valuesOf = (trade: TradeV2): readonly bigint[] => [
  BigInt(trade.buyer),
  BigInt(trade.seller),
  trade.quantity,
  flagsOf(trade),
];

const firstColumns = (trade: TradeV2): Columns => ({
  firstPriceBytes: lebBytes(trade.price),
  price: trade.price,
  steps: EMPTY,
  others: valuesOf(trade).map((value) => grown(EMPTY, value)),
});

function sizeOf(columns: Columns): SizeV2 {
  const { firstPriceBytes, steps, others } = columns;
  const bytes = [steps, ...others].reduce((sum, column) => sum + bytesOf(column), V2_HEADER_BYTES + firstPriceBytes);
  return { bytes, plus: (trade) => sizeOf(withTrade(columns, trade)) };
}

function withTrade(columns: Columns, trade: TradeV2): Columns {
  const values = valuesOf(trade);
  return {
    ...columns,
    price: trade.price,
    steps: grown(columns.steps, zigzag(columns.price, trade.price)),
    others: columns.others.map((column, at) => grown(column, values[at] ?? 0n)),
  };
}

function grown({ count, plainBytes, width, runBytes, last }: Column, value: bigint): Column {
  const isRun = last?.value === value;
  return {
    count: count + 1,
    plainBytes: plainBytes + lebBytes(value),
    width: Math.max(width, bitsOf(value)),
    runBytes: isRun ? runBytes : runBytes + lastRunBytes(last),
    last: { value, length: isRun ? last.length + 1 : 1 },
  };
}

function bytesOf({ count, plainBytes, width, runBytes, last }: Column): number {
  const runs = runBytes + lastRunBytes(last);
  return Math.min(framed(plainBytes), 2 + packedBytes(count, width), framed(runs));
}

const framed = (bytes: number): number => 1 + lebBytes(BigInt(bytes)) + bytes;

const lastRunBytes = (last: Column['last']): number =>
  last === undefined ? 0 : lebBytes(last.value) + lebBytes(BigInt(last.length));

const lebBytes = (value: bigint): number => Math.ceil(bitsOf(value) / 7);

/** At least one. */
function bitsOf(value: bigint): number {
  const high = Number(value >> 32n);
  return high > 0 ? 64 - Math.clz32(high) : Math.max(1, 32 - Math.clz32(Number(value & 0xffff_ffffn)));
}
