import { deserialize, serialize } from 'borsh';
import { concatBytes, viewOf } from '../bytes.ts';
import { BatchVersion } from '../constants.ts';
import { clientError } from '../errors.ts';
import type { BaseLots, Price, Sequence, TradeId } from '../units.ts';
import { baseLots, price, sequence, tradeId, traderIndex } from '../units.ts';

/** One matched trade. `quantity` 0 is a void: the id is spent, nothing moves. */
export interface TradeV1 {
  readonly tradeId: TradeId;
  readonly buyer: number;
  readonly seller: number;
  readonly price: Price;
  readonly quantity: BaseLots;
  readonly takerIsBuyer: boolean;
}

export interface BatchV1 {
  readonly sequence: Sequence;
  readonly trades: readonly TradeV1[];
}

/** Version byte, sequence, trade count. */
export const V1_HEADER_BYTES = 13;
export const V1_TRADE_BYTES = 33;

const COUNT_AT = 9;
const TAKER_AT = V1_TRADE_BYTES - 1;

const schema = {
  struct: {
    sequence: 'u64',
    trades: {
      array: {
        type: {
          struct: {
            tradeId: 'u64',
            buyer: 'u32',
            seller: 'u32',
            price: 'u64',
            quantity: 'u64',
            takerIsBuyer: 'bool',
          },
        },
      },
    },
  },
} as const;

/**
 * The whole `data` of a V1 batch, version byte included.
 * @throws LockstepError OUT_OF_RANGE when a field does not fit its unit
 */
export function encodeBatchV1(batch: BatchV1): Uint8Array {
  const body = serialize(schema, { sequence: sequence(batch.sequence), trades: batch.trades.map(checkedTrade) });
  return concatBytes(Uint8Array.of(BatchVersion.V1), body);
}

/** @throws LockstepError MALFORMED_BATCH for anything the program would call malformed */
export function decodeBatchV1(data: Uint8Array): { version: 1; sequence: Sequence; trades: TradeV1[] } {
  refuseMalformed(data);
  const batch = deserialize(schema, data.subarray(1)) as unknown as BatchV1;
  return { version: BatchVersion.V1, sequence: sequence(batch.sequence), trades: batch.trades.map(checkedTrade) };
}

/** The same id, settled without effect. */
export function voidOf(trade: TradeV1): TradeV1 {
  return { ...trade, quantity: baseLots(0n) };
}

/** The fields of V1, each in its range. @throws LockstepError OUT_OF_RANGE */
export function checkedTrade(trade: TradeV1): TradeV1 {
  return {
    tradeId: tradeId(trade.tradeId),
    buyer: traderIndex(trade.buyer),
    seller: traderIndex(trade.seller),
    price: price(trade.price),
    quantity: baseLots(trade.quantity),
    takerIsBuyer: trade.takerIsBuyer,
  };
}

/** borsh itself takes trailing bytes and any non-zero byte as true; the program takes neither. */
function refuseMalformed(data: Uint8Array): void {
  if (data.length < V1_HEADER_BYTES) {
    throw clientError('MALFORMED_BATCH', `a V1 batch has at least ${V1_HEADER_BYTES} bytes, got ${data.length}`);
  }
  const count = viewOf(data).getUint32(COUNT_AT, true);
  const expected = V1_HEADER_BYTES + count * V1_TRADE_BYTES;
  if (data.length !== expected) {
    throw clientError('MALFORMED_BATCH', `${count} V1 trades take ${expected} bytes, got ${data.length}`);
  }
  for (let i = 0; i < count; i += 1) {
    const taker = data[V1_HEADER_BYTES + i * V1_TRADE_BYTES + TAKER_AT];
    if (taker !== 0 && taker !== 1) {
      throw clientError('MALFORMED_BATCH', `trade ${i} has ${taker} where takerIsBuyer is 0 or 1`);
    }
  }
}
