import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';
import type { TradeV1, TradeV2 } from '#client';
import { asV2 } from '#client';

/** Value of the field `v` that goes with the bytes of a `TradeEventV1`. */
export const SCHEMA_V1 = '1';
export const SCHEMA_V2 = '2';
export type Schema = typeof SCHEMA_V1 | typeof SCHEMA_V2;

const EVENTS: Readonly<Record<Schema, protobuf.Type>> = {
  [SCHEMA_V1]: eventOf('trade_v1', 'TradeEventV1'),
  [SCHEMA_V2]: eventOf('trade_v2', 'TradeEventV2'),
};

function eventOf(file: string, name: string): protobuf.Type {
  const path = fileURLToPath(new URL(`../../../proto/lockstep/${file}.proto`, import.meta.url));
  return protobuf.loadSync(path).lookupType(`lockstep.${name}`);
}

export const isSchema = (text: string): text is Schema => text === SCHEMA_V1 || text === SCHEMA_V2;

/** A trade as an event, canonical: fields in order of their numbers, zeros left out. Schema 1 says nothing of order type and tier. */
export function encodeTradeEvent(trade: TradeV1 | TradeV2, schema: Schema = SCHEMA_V1): Buffer {
  const { orderType, feeTier, ...plain } = asV2(trade);
  const fields = {
    tradeId: long(plain.tradeId),
    buyer: plain.buyer,
    seller: plain.seller,
    price: long(plain.price),
    quantity: long(plain.quantity),
    takerIsBuyer: plain.takerIsBuyer,
    ...(schema === SCHEMA_V2 && { orderType, feeTier }),
  };
  const set = Object.entries(fields).filter(([, value]) => value !== undefined && value !== 0 && value !== false);
  return Buffer.from(EVENTS[schema].encode(Object.fromEntries(set)).finish());
}

/** protobufjs takes no bigint: a u64 goes in as its two halves. */
function long(value: bigint): { low: number; high: number; unsigned: true } | undefined {
  if (value === 0n) return undefined;
  return { low: Number(BigInt.asIntN(32, value)), high: Number(BigInt.asIntN(32, value >> 32n)), unsigned: true };
}
