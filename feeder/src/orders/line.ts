import { z } from 'zod';
import { foreignJournal, readLine } from '../journal/file.ts';
import type { OrderCode } from './exchange.ts';
import type { OrderMessage, OrderRequest } from './schema.ts';
import { orderSchema } from './schema.ts';

/** Layout of the file, and with it the rules its orders are matched by. */
const VERSION = 1;

const headerSchema = z.strictObject({
  journal: z.literal('orders'),
  v: z.literal(VERSION),
  market: z.string(),
  /** Names this file among all, so that what goes with it can be told from what doesn't. */
  id: z.string(),
});
const noteSchema = z.union([
  z.strictObject({ o: orderSchema }).transform(({ o }) => ({ request: o })),
  z.strictObject({ no: z.string(), code: z.custom<OrderCode>((value) => typeof value === 'string'), why: z.string() }),
  z.strictObject({ again: z.string() }),
]);
const lineSchema = z.strictObject({ at: z.string().regex(/^\d{1,20}-\d{1,20}$/), in: z.array(noteSchema) });

/** What was decided about an entry that names its order: it is refused (`no`), or came before (`again`), … */
type Decided = Exclude<z.output<typeof noteSchema>, { readonly request: OrderRequest }>;
/** … or it is matched, and written down as it came. */
export type OrderNote = { readonly request: OrderRequest } | Decided;
export type WrittenNote = { readonly o: OrderMessage } | Decided;

/** Entries that were read at once. */
export interface OrderLine<Note = OrderNote> {
  /** Id of the last of them in the stream. */
  readonly at: string;
  readonly in: readonly Note[];
}

export const writeOrderHeader = (market: string, id: string): string =>
  JSON.stringify({ journal: 'orders', v: VERSION, market, id });

/** The file's own name. @throws LockstepError JOURNAL_UNREADABLE, JOURNAL_FOREIGN */
export function parseOrderHeader(file: string, line: string, market: string): string {
  const header = readLine(file, line, (value) => headerSchema.parse(value));
  if (header.market !== market) throw foreignJournal(file, `market ${header.market}`);
  return header.id;
}

export const writeOrderLine = (line: OrderLine<WrittenNote>): string => JSON.stringify(line);

/** @throws LockstepError JOURNAL_UNREADABLE */
export const parseOrderLine = (file: string, line: string): OrderLine =>
  readLine(file, line, (value) => lineSchema.parse(value));
