import { z } from 'zod';
import type { Sequence, Slot } from '#client';
import { sequence, slot, tradeId } from '#client';
import type { RejectedTrade } from '../../domain/trade.ts';
import { bigintsAsText, encodeTrade, parse, tradeSchema, u64 } from './row-codec.ts';

const letterSchema = z.object({
  tradeId: u64.transform((text) => tradeId(text)),
  code: z.string(),
  reason: z.string(),
  advice: z.string(),
  trade: tradeSchema.optional(),
  raw: z.object({ hex: z.string(), bytes: z.number().int() }).optional(),
  at: z.number().int(),
});

const landingSchema = z.object({
  sequence: u64.transform((text) => sequence(text)).optional(),
  signature: z.string().optional(),
  slot: u64.transform((text) => slot(text)).optional(),
});

/** A rejected trade and when it was written down, in ms since 1970. */
export type Letter = RejectedTrade & { readonly at: number };

/** Where a void was settled for good. */
export interface VoidLanding {
  readonly sequence?: Sequence | undefined;
  /** Absent when only the market's digest told that it landed. */
  readonly signature?: string | undefined;
  readonly slot?: Slot | undefined;
}

export function encodeLetter(rejected: RejectedTrade, at: number): string {
  const { trade, ...rest } = rejected;
  const encoded = { ...rest, at, ...(trade === undefined ? {} : { trade: encodeTrade(trade) }) };
  return JSON.stringify(encoded, bigintsAsText);
}

/** @throws LockstepError JOURNAL_UNREADABLE */
export const decodeLetter = (text: string): Letter => parse(letterSchema, text, 'a dead letter');

export const encodeVoidLanding = (landing: VoidLanding): string => JSON.stringify(landing, bigintsAsText);

/** @throws LockstepError JOURNAL_UNREADABLE */
export const decodeVoidLanding = (text: string): VoidLanding => parse(landingSchema, text, 'the landing of a void');
