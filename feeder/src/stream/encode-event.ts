import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';
import type { TradeV1 } from '#client';

/** Value of the field `v` that goes with these bytes. */
export const SCHEMA_V1 = '1';

const PROTO_FILE = fileURLToPath(new URL('../../../proto/lockstep/trade_v1.proto', import.meta.url));
const eventV1 = protobuf.loadSync(PROTO_FILE).lookupType('lockstep.TradeEventV1');

/** A trade as `lockstep.TradeEventV1`, canonical: fields in order of their numbers, zeros left out. */
export function encodeTradeEvent(trade: TradeV1): Buffer {
  const fields = {
    tradeId: long(trade.tradeId),
    buyer: trade.buyer,
    seller: trade.seller,
    price: long(trade.price),
    quantity: long(trade.quantity),
    takerIsBuyer: trade.takerIsBuyer,
  };
  const set = Object.entries(fields).filter(([, value]) => value !== undefined && value !== 0 && value !== false);
  return Buffer.from(eventV1.encode(Object.fromEntries(set)).finish());
}

/** protobufjs takes no bigint: a u64 goes in as its two halves. */
function long(value: bigint): { low: number; high: number; unsigned: true } | undefined {
  if (value === 0n) return undefined;
  return { low: Number(BigInt.asIntN(32, value)), high: Number(BigInt.asIntN(32, value >> 32n)), unsigned: true };
}
