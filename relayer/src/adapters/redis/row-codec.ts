import { z } from 'zod';
import type { TradeV1 } from '#client';
import { baseLots, price, sequence, slot, tradeId, traderIndex } from '#client';
import type { BatchKey, OutboxRow } from '../../domain/row.ts';
import { batchKeyOf, firstTradeId } from '../../domain/row.ts';
import type { RejectedTrade } from '../../domain/trade.ts';
import { relayerError } from '../../errors.ts';

/** u64 travels as decimal text: JSON numbers end at 2^53. */
const u64 = z.string().regex(/^\d+$/);
const bytes = z.base64().transform((text) => new Uint8Array(Buffer.from(text, 'base64')));

const tradeSchema = z.tuple([u64, z.number(), z.number(), u64, u64, z.boolean()]).transform(
  ([id, buyer, seller, at, quantity, takerIsBuyer]): TradeV1 => ({
    tradeId: tradeId(id),
    buyer: traderIndex(buyer),
    seller: traderIndex(seller),
    price: price(at),
    quantity: baseLots(quantity),
    takerIsBuyer,
  }),
);

const rowSchema = z.object({
  version: z.number().int(),
  trades: z.array(tradeSchema).min(1),
  sequence: u64.transform((text) => sequence(text)).optional(),
  attempts: z.array(
    z.object({
      signature: z.string(),
      bytes,
      lastValidBlockHeight: z.number().int(),
      digest: z.string(),
      outcome: z.enum(['live', 'failed', 'expired']),
    }),
  ),
  landing: z
    .object({ signature: z.string().optional(), slot: u64.transform((text) => slot(text)), digest: z.string() })
    .optional(),
});

const rejectedSchema = z.object({
  tradeId: u64.transform((text) => tradeId(text)),
  code: z.string(),
  reason: z.string(),
  advice: z.string(),
  trade: tradeSchema.optional(),
});

export function encodeRow(row: OutboxRow): string {
  const { key: _, trades, attempts, ...rest } = row;
  const encoded = {
    ...rest,
    trades: trades.map(encodeTrade),
    attempts: attempts.map((attempt) => ({ ...attempt, bytes: Buffer.from(attempt.bytes).toString('base64') })),
  };
  return JSON.stringify(encoded, bigintsAsText);
}

/** @throws LockstepError JOURNAL_UNREADABLE */
export function decodeRow(key: string, text: string): OutboxRow {
  const row = { key: key as BatchKey, ...parse(rowSchema, text, `row ${key}`) };
  if (batchKeyOf(firstTradeId(row)) !== key) throw unreadable(`row ${key} starts with trade ${firstTradeId(row)}`);
  return row;
}

export function encodeRejected(rejected: RejectedTrade): string {
  const { trade, ...rest } = rejected;
  return JSON.stringify({ ...rest, ...(trade === undefined ? {} : { trade: encodeTrade(trade) }) }, bigintsAsText);
}

/** @throws LockstepError JOURNAL_UNREADABLE */
export function decodeRejected(text: string): RejectedTrade {
  return parse(rejectedSchema, text, 'a rejected trade');
}

const encodeTrade = (trade: TradeV1) => [
  trade.tradeId,
  trade.buyer,
  trade.seller,
  trade.price,
  trade.quantity,
  trade.takerIsBuyer,
];

const bigintsAsText = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value);

function parse<T>(schema: z.ZodType<T>, text: string, what: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw unreadable(`${what} is not as this release writes it`, cause);
  }
}

const unreadable = (what: string, cause?: unknown) => relayerError('JOURNAL_UNREADABLE', what, { cause });
