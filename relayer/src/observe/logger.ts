import type { DestinationStream, Logger } from 'pino';
import pino from 'pino';
import { describeError, withoutSecretsIn } from './describe-error.ts';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogOptions {
  readonly destination?: DestinationStream;
  /** Blanked wherever an error or a reason quotes them. */
  readonly secrets?: readonly string[];
}

/** JSON lines on standard error: standard output belongs to the command's own result. u64 values are written as text. */
export function createLogger(
  level: LogLevel,
  { destination = pino.destination(2), secrets = [] }: LogOptions = {},
): Logger {
  const serializers = { err: (error: unknown) => describeError(error, secrets) };
  return pino({ level, base: null, formatters: { log: (fields) => plain(fields, secrets) }, serializers }, destination);
}

function plain(fields: Record<string, unknown>, secrets: readonly string[]): Record<string, unknown> {
  const shown = (name: string, value: unknown) => {
    if (typeof value === 'bigint') return value.toString();
    return name === 'reason' && typeof value === 'string' ? withoutSecretsIn(value, secrets) : value;
  };
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, shown(name, value)]));
}
