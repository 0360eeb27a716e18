import type { TradeV1 } from '#client';

/** `lockstep.TradeEventV1` in protobuf, written by hand: a second opinion on the decoder. */
export function encodeEvent(trade: TradeV1): Uint8Array {
  const fields: readonly (readonly [number, bigint])[] = [
    [1, trade.tradeId],
    [2, BigInt(trade.buyer)],
    [3, BigInt(trade.seller)],
    [4, trade.price],
    [5, trade.quantity],
    [6, trade.takerIsBuyer ? 1n : 0n],
  ];
  return Uint8Array.from(fields.flatMap(([number, value]) => (value === 0n ? [] : [number << 3, ...varint(value)])));
}

function varint(value: bigint): number[] {
  return value < 0x80n ? [Number(value)] : [Number(value & 0x7fn) | 0x80, ...varint(value >> 7n)];
}
