import type { Blocked } from '../../domain/blocked.ts';
import type { OutboxRow } from '../../domain/row.ts';

/** 150 slots: what is sent so long without landing was signed for nothing. */
const BLOCKHASH_LIFE_MS = 60_000;
/** Signed twice again; a relayer that was started anew does not know since when. */
const MANY_SIGNATURES = 3;

/**
 * Whether a batch that is sent again and again goes nowhere: a node may take every transaction and pass none on.
 * @param waitedMs since this process first watched it
 */
export function standstillOf(row: OutboxRow, waitedMs: number): Blocked | undefined {
  const count = row.attempts.length;
  if (count === 0 || (waitedMs < BLOCKHASH_LIFE_MS && count < MANY_SIGNATURES)) return undefined;
  const signed = `${count} ${count === 1 ? 'signature' : 'signatures'} of batch ${row.key}`;
  const newest = row.attempts.at(-1)?.signature;
  const reason = `no transaction has landed in ${Math.floor(waitedMs / 1_000)} s: ${signed}, the newest ${newest}`;
  return { code: 'NOT_LANDING', reason };
}
