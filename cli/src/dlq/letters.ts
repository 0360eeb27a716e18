import type { TradeId } from '#client';
import { LockstepError, tradeId } from '#client';
import type { ClosedLetter, Closing, DeadLetter } from '#relayer';
import { closeDeadLetter, readClosedLetter, readDeadLetter, readDeadLetters } from '#relayer';
import { describeClosing } from './describe.ts';
import type { DlqDesk } from './desk.ts';
import { who } from './desk.ts';
import type { IdRange } from './ids.ts';

/** Letters one command closes: what a person can have looked at, and a call of Redis each. */
export const MAX_LETTERS_PER_COMMAND = 1_000;

/** @throws LockstepError LETTER_UNKNOWN, LETTER_CLOSED */
export async function openLetter(desk: DlqDesk, id: TradeId): Promise<DeadLetter> {
  const letter = await readDeadLetter(desk.redis, desk.market.toBase58(), id);
  if (letter !== undefined) return letter;
  const closed = await closedLetter(desk, id);
  throw closed === undefined ? unknownLetter(`trade ${id} has no dead letter`) : alreadyClosed(closed);
}

export const closedLetter = (desk: DlqDesk, id: TradeId): Promise<ClosedLetter | undefined> =>
  readClosedLetter(desk.redis, desk.market.toBase58(), id);

/**
 * The letters that are named: each single id must be open, a range takes the open ones in it.
 * @throws LockstepError LETTER_UNKNOWN, LETTER_CLOSED, LETTERS_TOO_MANY
 */
export async function namedLetters(desk: DlqDesk, ranges: readonly IdRange[]): Promise<readonly DeadLetter[]> {
  const found = new Map<TradeId, DeadLetter>();
  for (const range of ranges) {
    const letters = range.first === range.last ? [await openLetter(desk, range.first)] : await lettersIn(desk, range);
    if (letters.length === 0) throw unknownLetter(`there is no open dead letter from ${range.first} to ${range.last}`);
    for (const letter of letters) found.set(letter.tradeId, letter);
    if (found.size > MAX_LETTERS_PER_COMMAND) {
      throw new LockstepError(
        'LETTERS_TOO_MANY',
        `more than ${MAX_LETTERS_PER_COMMAND} open dead letters are named`,
        'Name fewer at a time; nothing was closed.',
      );
    }
  }
  return [...found.values()];
}

async function lettersIn({ redis, market }: DlqDesk, { first, last }: IdRange): Promise<readonly DeadLetter[]> {
  const letters: DeadLetter[] = [];
  let after: TradeId | undefined = tradeId(first - 1n);
  while (after !== undefined && letters.length <= MAX_LETTERS_PER_COMMAND) {
    const page = await readDeadLetters(redis, market.toBase58(), { after, limit: MAX_LETTERS_PER_COMMAND });
    letters.push(...page.letters.filter((letter) => letter.tradeId <= last));
    after = page.next !== undefined && page.next < last ? page.next : undefined;
  }
  return letters;
}

/** @throws LockstepError LETTER_CLOSED when somebody else was faster */
export async function closeLetter(desk: DlqDesk, id: TradeId, closing: Closing, reason: string): Promise<void> {
  const decision = { who: who(), at: Date.now(), reason };
  if (await closeDeadLetter(desk.redis, desk.market.toBase58(), id, closing, decision)) return;
  const closed = await closedLetter(desk, id);
  throw closed === undefined ? unknownLetter(`the dead letter of trade ${id} is gone`) : alreadyClosed(closed);
}

const unknownLetter = (what: string): LockstepError =>
  new LockstepError(
    'LETTER_UNKNOWN',
    what,
    '`lockstep dlq list` shows the open ones; `lockstep prove` says what became of any trade.',
  );

const alreadyClosed = (closed: ClosedLetter): LockstepError =>
  new LockstepError(
    'LETTER_CLOSED',
    `the dead letter of trade ${closed.letter.tradeId} is closed: ${describeClosing(closed)}`,
    'Nothing is left to do; `lockstep dlq show` has the whole of it.',
  );
