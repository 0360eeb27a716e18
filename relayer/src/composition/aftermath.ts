import type { TradeId } from '#client';
import type { Blocked } from '../domain/blocked.ts';
import type { BatchKey, OutboxRow } from '../domain/row.ts';
import { firstTradeId } from '../domain/row.ts';
import { followFinality } from '../stages/ledger/finality.ts';
import { followLetters } from '../stages/ledger/letters.ts';
import { followTrim } from '../stages/ledger/trim.ts';
import type { LaneRun } from './run.ts';
import { forStage } from './run.ts';
import { adoptIn } from './settling.ts';

/** Retires what is final, and has looked at again what a fork took back. Runs until told to stop. */
export function retire(run: LaneRun): Promise<void> {
  const { config, known, ledger, progress, pulses, queue, tasks } = run;
  const finality = {
    ...forStage(run, 'finality'),
    clock: pulses.finality.clock,
    ledger,
    adopt: adoptIn(run),
    commitment: config.commitment,
    pollMs: config.finalityPollMs,
    onFinalized: (rows: readonly OutboxRow[], last: TradeId) => {
      known.finalized = last;
      progress.finalized(rows, last);
    },
    onRejected: progress.rejected,
    onKnown: (trouble: Blocked | undefined) => {
      known.finality = trouble;
    },
    onLost: (key: BatchKey) => queue.add(key),
  };
  return pulses.finality.during(() => followFinality(finality, tasks.stopping));
}

/** Trims the stream below what is final and in no row. Runs until told to stop. */
export function trim({ clock, config, known, ledger, tasks, trimmer }: LaneRun): Promise<void> {
  const settledFor = () => {
    const firsts = [ledger.landed[0], ledger.open[0]].flatMap((row) => (row === undefined ? [] : firstTradeId(row)));
    return firsts.reduce<bigint>((upTo, first) => (first <= upTo ? first - 1n : upTo), known.finalized);
  };
  return followTrim({ clock, trimmer, pollMs: config.finalityPollMs, settledFor }, tasks.stopping);
}

/** Counts the open dead letters. Runs until told to stop. */
export function countLetters(run: LaneRun): Promise<void> {
  const { pulses, tasks } = run;
  const letters = { ...forStage(run, 'letters'), clock: pulses.letters.clock };
  return pulses.letters.during(() => followLetters(letters, tasks.stopping));
}
