import type { OrderMessage, OrderRequest } from './schema.ts';
import { MAX_ORDER_CHARACTERS, orderIdSchema, orderSchema } from './schema.ts';
import type { OrderEntry } from './stream.ts';

/** What an entry says: an order, or whose order is unreadable and why, or, without an order to answer to, why alone. */
export type ReadEntry =
  | { readonly message: OrderMessage; readonly request: OrderRequest }
  | { readonly order: string; readonly why: string }
  | { readonly why: string };

const VERSION = '1';

export function readEntry({ version, text }: OrderEntry): ReadEntry {
  if (version !== VERSION) return { why: `its v is ${JSON.stringify(version.slice(0, 20))}, not ${VERSION}` };
  if (text.length > MAX_ORDER_CHARACTERS) return { why: `it has more than ${MAX_ORDER_CHARACTERS} characters` };
  const value = parsedJson(text);
  const read = orderSchema.safeParse(value);
  // What parsed is of the input's type.
  if (read.success) return { message: value as OrderMessage, request: read.data };
  const why = 'it is no order as docs/reference/engine.md describes one';
  const named = orderIdSchema.safeParse(value);
  return named.success ? { order: named.data.order, why } : { why };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
