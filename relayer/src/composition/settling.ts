import type { OutboxRow } from '../domain/row.ts';
import { adopt } from '../stages/confirm/adopt.ts';
import { decodeEntry } from '../stages/decode/decode.ts';
import type { WorkDeps } from '../stages/outbox/work.ts';
import { versionsOf } from './control.ts';
import { requireActive } from './rules.ts';
import type { LaneRun } from './run.ts';
import { backoffOf, forStage } from './run.ts';

/** What a pointer's work needs: encode ▸ submit ⇄ confirm ▸ ledger. */
export function workOf(run: LaneRun): WorkDeps {
  const { config, known, landings, latency, ledger, progress, pulses, refusals } = run;
  const { clock } = pulses.settle;
  return {
    ...forStage(run, 'settle'),
    clock,
    adopt: adoptIn(run),
    ...versionsOf(run),
    requireActive: () => requireActive(run),
    ledger,
    heldAbove: () => known.maintenance?.cut,
    timing: config,
    // What the config refused is tried again as soon as the config says otherwise.
    backoff: backoffOf(run, refusals.cutShort(clock)),
    realignBackoff: backoffOf(run, clock),
    onRejected: progress.rejected,
    onSigned: progress.submitted,
    onBlocked: progress.blocked,
    onReopened: progress.reopened,
    onCursor: progress.cursor,
    onLanded: (row: OutboxRow, settleMs: number) => {
      progress.landed(row, settleMs);
      latency.landed(row);
      known.lastSettledMs = run.clock.now();
      landings.announce();
    },
  };
}

/** Corrects this run's rows to a settlement that is in none of them. */
export function adoptIn(run: LaneRun): WorkDeps['adopt'] {
  const { config, source, tasks } = run;
  const inDoubt = { ...forStage(run, 'adopt'), source, decode: decodeEntry, commitment: config.commitment };
  return (row, from) => adopt(row, from, inDoubt, tasks.abort);
}
