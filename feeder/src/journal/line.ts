import { z } from 'zod';
import type { OrderTypeCode, TradeId } from '#client';
import { asV2, baseLots, OrderType, price, tradeId, traderIndex } from '#client';
import type { EngineTrade } from '../engine/source.ts';
import { readLine } from './file.ts';
import type { SchemaSwitch } from './schemas.ts';

/** Layout of the file. */
const VERSION = 1;

const u64 = z.string().regex(/^\d{1,20}$/);
const headerSchema = z.strictObject({
  // Its first line kept the name it had when retries were all there was.
  journal: z.literal('retries'),
  v: z.literal(VERSION),
  market: z.string(),
  source: z.string(),
});
const retrySchema = z
  .strictObject({
    id: u64,
    replaces: u64,
    buyer: z.int(),
    seller: z.int(),
    price: u64,
    quantity: u64,
    takerIsBuyer: z.boolean(),
    // Absent where an engine wrote it that knew of neither.
    orderType: z.int().min(0).max(7).default(OrderType.Limit),
    feeTier: z.int().min(0).max(3).default(0),
  })
  .refine(({ id, replaces }) => BigInt(replaces) < BigInt(id));
const switchSchema = z.strictObject({ emit: z.string().regex(/^[1-9]\d{0,2}$/), from: u64 });

/** A retried trade: the whole of it, so that its bytes need nothing else to be written again. */
export type Retry = EngineTrade & { readonly replaces: TradeId };

export type Line = { readonly retry: Retry } | { readonly change: SchemaSwitch };

export const writeHeader = (binding: { readonly market: string; readonly source: string }): string =>
  JSON.stringify({ journal: 'retries', v: VERSION, ...binding });

export function writeLine(line: Line): string {
  if ('change' in line) return JSON.stringify({ emit: line.change.schema, from: `${line.change.from}` });
  const { orderType, feeTier, ...trade } = asV2(line.retry);
  return JSON.stringify({
    id: `${trade.tradeId}`,
    replaces: `${line.retry.replaces}`,
    buyer: trade.buyer,
    seller: trade.seller,
    price: `${trade.price}`,
    quantity: `${trade.quantity}`,
    takerIsBuyer: trade.takerIsBuyer,
    orderType,
    feeTier,
  });
}

/** @throws LockstepError JOURNAL_UNREADABLE */
export const parseHeader = (file: string, line: string) => readLine(file, line, (value) => headerSchema.parse(value));

/** @throws LockstepError JOURNAL_UNREADABLE */
export const parseLine = (file: string, line: string): Line => readLine(file, line, readDecision);

function readDecision(value: unknown): Line {
  if (typeof value === 'object' && value !== null && 'emit' in value) {
    const { emit, from } = switchSchema.parse(value);
    return { change: { schema: emit, from: tradeId(from) } };
  }
  const entry = retrySchema.parse(value);
  const retry = {
    tradeId: tradeId(entry.id),
    replaces: tradeId(entry.replaces),
    buyer: traderIndex(entry.buyer),
    seller: traderIndex(entry.seller),
    price: price(entry.price),
    quantity: baseLots(entry.quantity),
    takerIsBuyer: entry.takerIsBuyer,
    orderType: entry.orderType as OrderTypeCode,
    feeTier: entry.feeTier,
  };
  return { retry };
}
