import type { DestinationStream, Logger } from 'pino';
import pino from 'pino';
import { describeError } from './describe-error.ts';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogOptions {
  readonly destination?: DestinationStream;
  /** Blanked wherever an error quotes them. */
  readonly secrets?: readonly string[];
}

/** JSON lines on standard error: standard output belongs to the command's own result. u64 values are written as text. */
export function createLogger(
  level: LogLevel,
  { destination = pino.destination(2), secrets = [] }: LogOptions = {},
): Logger {
  const serializers = { err: (error: unknown) => describeError(error, secrets) };
  return pino({ level, base: null, formatters: { log: withoutBigints }, serializers }, destination);
}

function withoutBigints(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, typeof value === 'bigint' ? value.toString() : value]),
  );
}
