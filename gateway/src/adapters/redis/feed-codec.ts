import { z } from 'zod';
import type { FeedBatch, OrderAnswer } from '../../domain/feed.ts';

type Fields = Readonly<Record<string, string>>;

/** A Redis stream's entry has its fields one after the other. */
export function fieldsOf(flat: readonly string[]): Fields {
  const fields: Record<string, string> = {};
  for (let at = 0; at + 1 < flat.length; at += 2) fields[flat[at] ?? ''] = flat[at + 1] ?? '';
  return fields;
}

const MAX_TEXT = 1_024;
const text = z.string().max(MAX_TEXT);
const digits = z.string().regex(/^\d{1,20}$/);
const idList = z.string().transform(jsonOf).pipe(z.array(digits));
const answerSchema = z.object({
  v: z.literal('1'),
  order: text,
  state: text,
  code: text.optional(),
  reason: text.optional(),
  trades: idList.default([]),
  at_ms: digits.transform(Number),
});

const index = z.int().min(0);
const trades = z
  .string()
  .transform(jsonOf)
  .pipe(z.array(z.tuple([digits, index, index, index])));
const batchSchema = z.object({
  v: z.literal('1'),
  stage: z.enum(['submitted', 'confirmed', 'finalized', 'rejected']),
  first: digits,
  last: digits,
  sequence: digits.optional(),
  version: digits.transform(Number).optional(),
  signature: text.optional(),
  slot: digits.optional(),
  at_ms: digits.transform(Number),
  trades,
  code: text.optional(),
  reason: text.optional(),
});

/** Undefined for what is no entry of this layout: a feed is a hint, and one that says more than is known here is passed over. */
export function batchOf(id: string, fields: Fields): FeedBatch | undefined {
  const parsed = batchSchema.safeParse(fields);
  if (!parsed.success) return undefined;
  const { v: _layout, at_ms: atMs, trades: traded, ...rest } = parsed.data;
  const named = traded.map(([tradeId, buyer, seller, code]) => ({ tradeId, buyer, seller, code }));
  return { id, ...defined(rest), atMs, trades: named };
}

/** The fields that are there. */
function defined<T extends object>(fields: T): { [Name in keyof T]: Exclude<T[Name], undefined> } {
  const there = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(there) as { [Name in keyof T]: Exclude<T[Name], undefined> };
}

/** Undefined for what is no answer of this layout. */
export function answerOf(fields: Fields): OrderAnswer | undefined {
  const parsed = answerSchema.safeParse(fields);
  if (!parsed.success) return undefined;
  const { v: _layout, at_ms: atMs, ...rest } = parsed.data;
  return { ...defined(rest), atMs };
}

/** What is no JSON is nothing that a schema takes. */
export function jsonOf(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
