import { z } from 'zod';
import type { OrderTypeCode } from '#client';
import { asV2, baseLots, price, sequence, slot, tradeId, traderIndex } from '#client';
import type { BatchKey, OutboxRow } from '../../domain/row.ts';
import { batchKeyOf, firstTradeId } from '../../domain/row.ts';
import type { Trade } from '../../domain/trade.ts';
import { needsV2 } from '../../domain/trade.ts';
import { relayerError } from '../../errors.ts';

/** u64 travels as decimal text: JSON numbers end at 2^53. */
export const u64 = z.string().regex(/^\d+$/);
const bytes = z.base64().transform((text) => new Uint8Array(Buffer.from(text, 'base64')));

const v1Fields = [u64, z.number(), z.number(), u64, u64, z.boolean()] as const;
const v2Fields = [z.number().int().min(0).max(7), z.number().int().min(0).max(3)] as const;

/** Two fields more where V1 can't say the trade. */
export const tradeSchema = z
  .union([z.tuple([...v1Fields, ...v2Fields]), z.tuple([...v1Fields])])
  .transform(([id, buyer, seller, at, quantity, takerIsBuyer, orderType, feeTier]): Trade => {
    const plain = {
      tradeId: tradeId(id),
      buyer: traderIndex(buyer),
      seller: traderIndex(seller),
      price: price(at),
      quantity: baseLots(quantity),
      takerIsBuyer,
    };
    if (orderType === undefined || feeTier === undefined) return plain;
    return { ...plain, orderType: orderType as OrderTypeCode, feeTier };
  });

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

export function encodeTrade(trade: Trade) {
  const { tradeId, buyer, seller, price, quantity, takerIsBuyer, orderType, feeTier } = asV2(trade);
  const plain = [tradeId, buyer, seller, price, quantity, takerIsBuyer];
  return needsV2(trade) ? [...plain, orderType, feeTier] : plain;
}

export const bigintsAsText = (_: string, value: unknown): unknown =>
  typeof value === 'bigint' ? value.toString() : value;

/** @throws LockstepError JOURNAL_UNREADABLE */
export function parse<T>(schema: z.ZodType<T>, text: string, what: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw unreadable(`${what} is not as this release writes it`, cause);
  }
}

const unreadable = (what: string, cause?: unknown) => relayerError('JOURNAL_UNREADABLE', what, { cause });
