import type { TradeId } from '#client';
import type { ClosedLetter, DeadLetter } from '#relayer';
import { countDeadLetters, readDeadLetter, readDeadLetters } from '#relayer';
import { describeClosing, describeOutcome, lineOf, linesOf } from './describe.ts';
import type { DlqDesk } from './desk.ts';
import { closedLetter, openLetter } from './letters.ts';
import { outcomeOf } from './outcome.ts';

/** A page of open letters, and how many there are. */
export async function list(desk: DlqDesk, page: { readonly after: TradeId; readonly limit: number }): Promise<void> {
  const { redis, output } = desk;
  const market = desk.market.toBase58();
  const open = await countDeadLetters(redis, market);
  const { letters, next } = await readDeadLetters(redis, market, page);
  for (const letter of letters) output.say(lineOf(letter));
  output.say(`${open.voiding + open.voided} open: ${open.voided} void for good, ${open.voiding} on the way`);
  if (next !== undefined) output.say(`the next page: --after ${next}`);
  output.result({ market, open, letters: letters.map(plain), next: next ?? null });
}

/**
 * One letter, open or closed, and what the chain says about its trade.
 * @throws LockstepError LETTER_UNKNOWN, RPC_UNAVAILABLE, HISTORY_INCOMPLETE
 */
export async function show(desk: DlqDesk, id: TradeId): Promise<void> {
  const { output } = desk;
  const open = await readDeadLetter(desk.redis, desk.market.toBase58(), id);
  const closed = open === undefined ? await closedLetter(desk, id) : undefined;
  const letter = closed?.letter ?? open ?? (await openLetter(desk, id));
  const outcome = await outcomeOf(desk, id, open?.landing?.signature);
  for (const line of linesOf(letter)) output.say(line);
  output.say(`state       ${closed === undefined ? open?.state : describeClosing(closed)}`);
  output.say(`on-chain    ${describeOutcome(outcome)}`);
  output.result({ ...plain(letter), ...closingOf(closed), onChain: outcome });
}

const plain = (letter: DeadLetter | ClosedLetter['letter']): object => ({ state: 'closed', ...letter });

const closingOf = (closed: ClosedLetter | undefined): object =>
  closed === undefined ? {} : { closing: { ...closed.closing, ...closed.decision } };
