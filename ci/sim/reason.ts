import { explainError } from '#client';
import type { Reason } from '#gate/can-ship';
import { failureOf } from '../../cli/src/failure.ts';

/** What people are shown of a transaction's logs; the refusing lines are the last ones. */
const MAX_LOG_LINES = 30;

export const reason = (code: string, message: string, advice: string): Reason => ({ code, message, advice });

/** A refusal of a program or of the runtime, by its name; undefined when `err` is none. */
export function refusalReason(err: unknown, logs: readonly string[], where: string): Reason | undefined {
  const refusal = explainError(err, logs);
  if (refusal === undefined) return undefined;
  const { name, code, message, advice, trade } = refusal;
  const number = code < 0 ? '' : ` (${code})`;
  const which = trade === undefined ? '' : `, trade ${trade.tradeId}`;
  return {
    code: name,
    message: `${where}${which}: ${name}${number}: ${message}`,
    advice,
    logs: logs.slice(-MAX_LOG_LINES),
  };
}

/** Whatever was thrown, in the house's words. */
export const asReason = (error: unknown): Reason => failureOf(error);
