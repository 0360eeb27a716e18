import { z } from 'zod';
import { feedEntrySchema } from '#relayer';
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

/** Undefined for what is no entry of this layout: a feed is a hint, and one that says more than is known here is passed over. */
export function batchOf(id: string, fields: Fields): FeedBatch | undefined {
  const parsed = feedEntrySchema.safeParse(fields);
  return parsed.success ? { id, ...parsed.data } : undefined;
}

/** Undefined for what is no answer of this layout. */
export function answerOf(fields: Fields): OrderAnswer | undefined {
  const parsed = answerSchema.safeParse(fields);
  if (!parsed.success) return undefined;
  const { order, state, code, reason, trades, at_ms: atMs } = parsed.data;
  return {
    ...{ order, state, trades, atMs },
    ...(code === undefined ? {} : { code }),
    ...(reason === undefined ? {} : { reason }),
  };
}

/** What is no JSON is nothing that a schema takes. */
function jsonOf(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
