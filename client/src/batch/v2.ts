import { concatBytes, u64le, viewOf } from '../bytes.ts';
import type { OrderTypeCode } from '../constants.ts';
import { BatchVersion, MAX_TRADES_V2, OrderType } from '../constants.ts';
import { clientError } from '../errors.ts';
import type { Sequence, TradeId } from '../units.ts';
import { baseLots, price, sequence, tradeId, U64_MAX, u64 } from '../units.ts';
import { BytesReader, leb128, unzigzag, zigzag } from './bytes-reader.ts';
import type { ColumnValues } from './column.ts';
import { encodeColumn, readColumn } from './column.ts';
import { malformed } from './malformed.ts';
import { checkedTrade, type TradeV1 } from './v1.ts';

/** One matched trade, with what V1 can't say. */
export interface TradeV2 extends TradeV1 {
  /** Of the taker's order. The program skips a trade with one it does not know. */
  readonly orderType: OrderTypeCode;
  /** Row of the config's fee table, for both sides: 0 to 3. */
  readonly feeTier: number;
}

export interface BatchV2 {
  readonly sequence: Sequence;
  /** Id of the first trade, the market's last one + 1 also for a batch without trades. */
  readonly firstTradeId: TradeId;
  /** `digestPrefix` of the payload accepted before this one; 0 for sequence 1. */
  readonly prevDigestPrefix: bigint;
  /** Ids follow each other from `firstTradeId`. */
  readonly trades: readonly TradeV2[];
}

export interface DecodedBatchV2 extends BatchV2 {
  readonly version: 2;
  readonly trades: TradeV2[];
}

/** Version byte, sequence, first trade id, trade count (u16), prefix of the previous digest. */
export const V2_HEADER_BYTES = 27;

const SEQUENCE_AT = 1;
const FIRST_ID_AT = 9;
const COUNT_AT = 17;
const PREFIX_AT = 19;

/** Bits of the flags column: taker's side, then two of fee tier, then three of order type. */
const TIER_SHIFT = 1;
const TIER_MAX = 3;
const ORDER_TYPE_SHIFT = 3;
const ORDER_TYPE_MAX = 7;
const FLAGS_BITS = 6;
const INDEX_BITS = 32;
const U64_BITS = 64;

/**
 * The whole `data` of a V2 batch, version byte included; each column in its smallest encoding.
 * @throws LockstepError OUT_OF_RANGE when a field does not fit its unit, ids do not follow each other, or the trades are
 * more than a batch holds
 */
export function encodeBatchV2(batch: BatchV2): Uint8Array {
  const header = new Uint8Array(V2_HEADER_BYTES);
  const view = viewOf(header);
  view.setUint8(0, BatchVersion.V2);
  view.setBigUint64(SEQUENCE_AT, sequence(batch.sequence), true);
  view.setBigUint64(FIRST_ID_AT, tradeId(batch.firstTradeId), true);
  view.setUint16(COUNT_AT, countOf(batch), true);
  header.set(u64le(u64(batch.prevDigestPrefix, 'digest prefix')), PREFIX_AT);
  return concatBytes(header, ...columnsOf(batch.trades.map(checked)));
}

function countOf({ trades, firstTradeId }: BatchV2): number {
  if (trades.length > MAX_TRADES_V2) {
    throw clientError('OUT_OF_RANGE', `a V2 batch holds at most ${MAX_TRADES_V2} trades, got ${trades.length}`);
  }
  trades.forEach((trade, i) => {
    const expected = tradeId(firstTradeId + BigInt(i));
    if (trade.tradeId !== expected) {
      throw clientError('OUT_OF_RANGE', `trade ids follow each other: expected ${expected}, got ${trade.tradeId}`);
    }
  });
  return trades.length;
}

function columnsOf(trades: readonly TradeV2[]): Uint8Array[] {
  const [first, ...later] = trades;
  if (first === undefined) return [];
  let last: bigint = first.price;
  const steps = later.map((trade) => {
    const step = zigzag(last, trade.price);
    last = trade.price;
    return step;
  });
  return [
    encodeColumn(trades.map((trade) => BigInt(trade.buyer))),
    encodeColumn(trades.map((trade) => BigInt(trade.seller))),
    Uint8Array.from(leb128(first.price)),
    encodeColumn(steps),
    encodeColumn(trades.map((trade) => trade.quantity)),
    encodeColumn(trades.map(flagsOf)),
  ];
}

/** @throws LockstepError MALFORMED_BATCH for anything the program would call malformed, by the program's own name */
export function decodeBatchV2(data: Uint8Array): DecodedBatchV2 {
  if (data.length < V2_HEADER_BYTES) {
    throw malformed('MalformedBatch', `a V2 batch has at least ${V2_HEADER_BYTES} bytes, got ${data.length}`);
  }
  const view = viewOf(data);
  const count = view.getUint16(COUNT_AT, true);
  if (count > MAX_TRADES_V2) throw malformed('TooManyTrades', `${count} trades, ${MAX_TRADES_V2} at most`);
  const firstTradeId = view.getBigUint64(FIRST_ID_AT, true);
  if (count > 0 && firstTradeId + BigInt(count - 1) > U64_MAX) {
    throw clientError('MALFORMED_BATCH', 'TradeReplay: the ids run past the last one there is');
  }
  return {
    version: BatchVersion.V2,
    sequence: sequence(view.getBigUint64(SEQUENCE_AT, true)),
    firstTradeId: tradeId(firstTradeId),
    prevDigestPrefix: view.getBigUint64(PREFIX_AT, true),
    trades: tradesIn(new BytesReader(data.subarray(V2_HEADER_BYTES)), firstTradeId, count),
  };
}

function tradesIn(reader: BytesReader, firstTradeId: bigint, count: number): TradeV2[] {
  if (count === 0) {
    if (!reader.isAtEnd) throw malformed('TrailingBytes', 'bytes follow a batch without trades');
    return [];
  }
  const buyers = readColumn(reader, count, INDEX_BITS);
  const sellers = readColumn(reader, count, INDEX_BITS);
  const firstPrice = reader.leb128();
  const steps = readColumn(reader, count - 1, U64_BITS);
  const quantities = readColumn(reader, count, U64_BITS);
  const flags = readColumn(reader, count, FLAGS_BITS);
  if (!reader.isAtEnd) throw malformed('TrailingBytes', 'bytes follow the last column');
  return rowsOf(firstTradeId, firstPrice, [buyers, sellers, steps, quantities, flags]);
}

function rowsOf(firstTradeId: bigint, firstPrice: bigint, columns: readonly ColumnValues[]): TradeV2[] {
  const [buyers = [], sellers = [], steps = [], quantities = [], flags = []] = columns.map((column) => column());
  let last = firstPrice;
  return quantities.map((quantity, i) => {
    if (i > 0) last = unzigzag(last, steps[i - 1] ?? 0n);
    return {
      tradeId: tradeId(firstTradeId + BigInt(i)),
      buyer: Number(buyers[i]),
      seller: Number(sellers[i]),
      price: price(last),
      quantity: baseLots(quantity),
      ...unpacked(Number(flags[i])),
    };
  });
}

/** The flags column's value. */
export const flagsOf = (trade: TradeV2): bigint =>
  BigInt(Number(trade.takerIsBuyer) | (trade.feeTier << TIER_SHIFT) | (trade.orderType << ORDER_TYPE_SHIFT));

const unpacked = (flags: number): Pick<TradeV2, 'takerIsBuyer' | 'feeTier' | 'orderType'> => ({
  takerIsBuyer: (flags & 1) === 1,
  feeTier: (flags >> TIER_SHIFT) & TIER_MAX,
  orderType: (flags >> ORDER_TYPE_SHIFT) as OrderTypeCode,
});

function checked(trade: TradeV2): TradeV2 {
  return {
    ...checkedTrade(trade),
    orderType: below(trade.orderType, ORDER_TYPE_MAX, 'order type') as OrderTypeCode,
    feeTier: below(trade.feeTier, TIER_MAX, 'fee tier'),
  };
}

function below(value: number, most: number, what: string): number {
  if (Number.isInteger(value) && value >= 0 && value <= most) return value;
  throw clientError('OUT_OF_RANGE', `${what} must be a whole number of 0..${most}, got ${value}`);
}

/** What V1 means by its trade: a limit order in the first fee tier. */
export const asV2 = (trade: TradeV1): TradeV2 => ({ orderType: OrderType.Limit, feeTier: 0, ...trade });

/** The trade as V1 says it, or undefined when V1 can't: it knows limit orders and the first fee tier alone. */
export function asV1(trade: TradeV2): TradeV1 | undefined {
  const { orderType, feeTier, ...rest } = trade;
  return orderType === OrderType.Limit && feeTier === 0 ? rest : undefined;
}

/** The trade as V1 says it, whatever it loses: order type and fee tier. */
export function asV1Lossy({ orderType: _, feeTier: __, ...rest }: TradeV2): TradeV1 {
  return rest;
}
