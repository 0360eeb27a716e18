import type { z } from 'zod';
import { RequestRefused } from '../errors.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What the bytes say, and the value as the schema reads it. */
export interface Read<T> {
  /** As it was sent: only fields the schema knows. */
  readonly sent: Readonly<Record<string, unknown>>;
  readonly value: T;
}

/** @throws RequestRefused BODY_NOT_JSON or BODY_INVALID, naming every wrong field and quoting none */
export function readBody<Schema extends z.ZodType>(bytes: Uint8Array, schema: Schema): Read<z.output<Schema>> {
  const sent = parse(bytes);
  const parsed = schema.safeParse(sent);
  if (parsed.success) return { sent, value: parsed.data };
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`);
  throw new RequestRefused('BODY_INVALID', problems.join('; ').slice(0, MAX_MESSAGE));
}

/** A body may have as many wrong fields as its length allows. */
const MAX_MESSAGE = 512;

function parse(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(bytes));
  } catch {
    throw new RequestRefused('BODY_NOT_JSON', 'the body is not JSON in UTF-8');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new RequestRefused('BODY_NOT_JSON', 'the body is not a JSON object');
}
