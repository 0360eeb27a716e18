import { confirmed } from '../operator/confirm.ts';
import type { DlqDesk } from './desk.ts';
import type { IdRange } from './ids.ts';
import { closeLetter, namedLetters } from './letters.ts';
import { lastFinalTrade } from './outcome.ts';
import { undecided } from './replace.ts';

export interface DropOptions {
  readonly reason: string;
  /** Do not ask. */
  readonly yes: boolean;
}

/** Ids shown in a question. */
const SHOWN = 10;

/**
 * Closes letters whose trades nobody will enter again: the loss is accepted. All of them are looked at before the first is closed.
 * @throws LockstepError LETTER_UNKNOWN, LETTER_CLOSED, LETTERS_TOO_MANY, LETTER_UNDECIDED
 */
export async function drop(desk: DlqDesk, ranges: readonly IdRange[], options: DropOptions): Promise<void> {
  const letters = await namedLetters(desk, ranges);
  const last = await lastFinalTrade(desk);
  const early = letters.find((letter) => letter.tradeId > last);
  if (early !== undefined) throw undecided(early.tradeId, last);
  const ids = letters.map((letter) => letter.tradeId);
  const shown =
    ids.length > SHOWN ? `${ids.slice(0, SHOWN).join(', ')} and ${ids.length - SHOWN} more` : ids.join(', ');
  if (!options.yes) await confirmed(desk, `What ${shown} stood for will not be settled.`);
  for (const id of ids) await closeLetter(desk, id, { outcome: 'dropped' }, options.reason);
  desk.output.say(`dropped ${shown}`);
  desk.output.result({ outcome: 'dropped', tradeIds: ids, reason: options.reason });
}
