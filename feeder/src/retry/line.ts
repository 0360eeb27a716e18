import { z } from 'zod';
import type { TradeId } from '#client';
import { baseLots, LockstepError, price, tradeId, traderIndex } from '#client';
import type { EngineTrade } from '../engine/source.ts';

/** Layout of the file. */
const VERSION = 1;

const u64 = z.string().regex(/^\d{1,20}$/);
const headerSchema = z.strictObject({
  journal: z.literal('retries'),
  v: z.literal(VERSION),
  market: z.string(),
  source: z.string(),
});
const entrySchema = z
  .strictObject({
    id: u64,
    replaces: u64,
    buyer: z.int(),
    seller: z.int(),
    price: u64,
    quantity: u64,
    takerIsBuyer: z.boolean(),
  })
  .refine(({ id, replaces }) => BigInt(replaces) < BigInt(id));

/** A retried trade: the whole of it, so that its bytes need nothing else to be written again. */
export type Line = EngineTrade & { readonly replaces: TradeId };

export const writeHeader = (binding: { readonly market: string; readonly source: string }): string =>
  JSON.stringify({ journal: 'retries', v: VERSION, ...binding });

export const writeEntry = (trade: Line): string =>
  JSON.stringify({
    id: `${trade.tradeId}`,
    replaces: `${trade.replaces}`,
    buyer: trade.buyer,
    seller: trade.seller,
    price: `${trade.price}`,
    quantity: `${trade.quantity}`,
    takerIsBuyer: trade.takerIsBuyer,
  });

/** @throws LockstepError JOURNAL_UNREADABLE */
export const parseHeader = (file: string, line: string) => parsed(file, line, (value) => headerSchema.parse(value));

/** @throws LockstepError JOURNAL_UNREADABLE */
export const parseEntry = (file: string, line: string): Line =>
  parsed(file, line, (value) => {
    const entry = entrySchema.parse(value);
    return {
      tradeId: tradeId(entry.id),
      replaces: tradeId(entry.replaces),
      buyer: traderIndex(entry.buyer),
      seller: traderIndex(entry.seller),
      price: price(entry.price),
      quantity: baseLots(entry.quantity),
      takerIsBuyer: entry.takerIsBuyer,
    };
  });

function parsed<T>(file: string, line: string, read: (value: unknown) => T): T {
  try {
    return read(JSON.parse(line));
  } catch (cause) {
    throw new LockstepError(
      'JOURNAL_UNREADABLE',
      `${file}: a line is not as an engine writes it: ${line.slice(0, 80)}`,
      'Give the journal of retries this engine wrote, whole; a new one must not exist yet, or be empty.',
      { cause },
    );
  }
}
