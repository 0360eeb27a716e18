import type { TradeId } from '#client';
import { LockstepError } from '#client';
import type { DeadLetter } from '#relayer';
import { readReplacedBy } from '#relayer';
import { confirmed } from '../operator/confirm.ts';
import { describeTrade } from './describe.ts';
import type { DlqDesk } from './desk.ts';
import { closeLetter, openLetter } from './letters.ts';
import type { Outcome } from './outcome.ts';
import { outcomeOf } from './outcome.ts';
import { replacedBy, retried } from './retry.ts';

export interface ReplaceOptions {
  /** A trade that was entered already. */
  readonly by?: TradeId;
  /** Seconds the engine may take. */
  readonly timeout: number;
  /** Do not ask. */
  readonly yes: boolean;
}

/**
 * Closes a letter whose trade was entered once more: by the engine, asked here, or by somebody before.
 * @throws LockstepError LETTER_UNKNOWN, LETTER_CLOSED, LETTER_UNDECIDED, LETTER_SETTLED, what `retried` refuses, NEW_TRADE_*
 */
export async function replace(desk: DlqDesk, id: TradeId, options: ReplaceOptions): Promise<void> {
  const letter = await openLetter(desk, id);
  requireVoid(letter, await outcomeOf(desk, id, letter.landing?.signature));
  const { by } = options;
  if (by !== undefined) await requireReplacement(desk, id, by);
  if (!options.yes) await confirmed(desk, questionOf(letter, by));
  const newId = by ?? (await emitted(desk, id, options.timeout));
  await closeLetter(desk, id, { outcome: 'replaced', by: newId }, '');
  desk.output.say(`trade ${id} is replaced by trade ${newId}`);
  desk.output.result({ tradeId: id, outcome: 'replaced', by: newId });
}

/** A second trade for one that settled, or may still settle, would be one too many. */
function requireVoid({ tradeId }: DeadLetter, outcome: Outcome): void {
  if (outcome.kind === 'void') return;
  if (outcome.kind === 'undecided') throw undecided(tradeId, outcome.lastTradeId);
  throw new LockstepError(
    'LETTER_SETTLED',
    `trade ${tradeId} settled, in batch ${outcome.sequence}: it must not be entered again`,
    'Drop the letter; the trade is on-chain as `lockstep dlq show` says.',
  );
}

export const undecided = (id: TradeId, last: TradeId): LockstepError =>
  new LockstepError(
    'LETTER_UNDECIDED',
    `trade ${id} has no final outcome on-chain yet; the last final trade is ${last}`,
    'Wait until its batch is final, then run this again.',
  );

async function emitted(desk: DlqDesk, id: TradeId, timeoutS: number): Promise<TradeId> {
  const newId = await retried(desk, id, timeoutS * 1_000);
  await namedBy(desk, id, newId);
  await refuseVoid(desk, id, newId);
  return newId;
}

/** The stream or the chain must know the new trade. */
async function requireReplacement(desk: DlqDesk, id: TradeId, by: TradeId): Promise<void> {
  if (by <= id) {
    throw newTradeError(
      'NEW_TRADE_BELOW',
      `trade ${by} is not above ${id}`,
      'A replacement is entered later, so its id is higher.',
    );
  }
  const isNamed = await namedBy(desk, id, by);
  const outcome = await refuseVoid(desk, id, by);
  if (!isNamed && outcome.kind !== 'settled') {
    throw newTradeError(
      'NEW_TRADE_UNKNOWN',
      `trade ${by} is neither settled for good, nor in the stream as the replacement of ${id}`,
      'Wait until it is final on-chain; or have the engine write field r with it (docs/reference/engine.md).',
    );
  }
}

/** Whether the new trade's entry, while the stream has it, names the old one. @throws LockstepError NEW_TRADE_FOREIGN */
async function namedBy(desk: DlqDesk, id: TradeId, newId: TradeId): Promise<boolean> {
  const replaces = await replacedBy(desk, newId);
  if (replaces !== undefined && replaces !== `${id}`) throw foreignReplacement(id, newId, replaces);
  const other = await readReplacedBy(desk.redis, desk.market.toBase58(), newId);
  if (other !== undefined && other.letter.tradeId !== id) {
    throw foreignReplacement(id, newId, `${other.letter.tradeId}`);
  }
  return replaces !== undefined;
}

async function refuseVoid(desk: DlqDesk, id: TradeId, newId: TradeId): Promise<Outcome> {
  const outcome = await outcomeOf(desk, newId);
  if (outcome.kind !== 'void') return outcome;
  throw newTradeError(
    'NEW_TRADE_VOID',
    `trade ${newId}, which replaces ${id}, is void itself`,
    `Look at the letter of ${newId}: replace that one, and drop ${id} with the reason that ${newId} stands for it.`,
  );
}

const foreignReplacement = (id: TradeId, newId: TradeId, replaces: string): LockstepError =>
  newTradeError(
    'NEW_TRADE_FOREIGN',
    `trade ${newId} replaces ${JSON.stringify(replaces.slice(0, 40))}, not ${id}`,
    'Give the id of the trade that was entered for this one.',
  );

const newTradeError = (code: string, message: string, advice: string) => new LockstepError(code, message, advice);

function questionOf({ tradeId, trade, code }: DeadLetter, by: TradeId | undefined): string {
  const what = `Trade ${tradeId} (${trade === undefined ? 'unreadable' : describeTrade(trade)}) was refused with ${code}.`;
  return by === undefined
    ? `${what} The engine is asked to emit it again, as a new trade.`
    : `${what} Its letter is closed: trade ${by} replaces it.`;
}
