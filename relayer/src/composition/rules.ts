import { LaneRestart } from '../errors.ts';
import type { SettlementRules } from '../ports.ts';
import { followRules, isOthers, notActive } from '../stages/batch/rules.ts';
import type { LaneRun } from './run.ts';
import { forStage, refusalOf } from './run.ts';

/** Keeps what is known of the config up to date, and tells who waits for it. Runs until told to stop. */
export function followConfig(run: LaneRun): Promise<void> {
  const { config, known, ledger, progress, pulses, refusals, tasks } = run;
  const configuration = {
    ...forStage(run, 'rules'),
    clock: pulses.rules.clock,
    pollMs: config.rulesPollMs,
    slotMs: config.slotMs,
    onRules: (current: SettlementRules) => {
      const before = refusalOf(known);
      const versions = String(known.rules.allowedVersions);
      known.rules = current;
      const refusal = refusalOf(known);
      progress.rulesBlocked(refusal);
      if (refusal?.code !== before?.code || String(current.allowedVersions) !== versions) refusals.announce();
      // A batch that waits is given up where it is worked on, once nothing of it is on its way.
      if (ledger.open.length === 0) requireActive(run);
    },
  };
  return pulses.rules.during(() => followRules(configuration, known.rules, tasks.stopping));
}

/** The lane is for whoever has the active key to work. @throws LaneRestart */
export function requireActive({ known }: Pick<LaneRun, 'known'>): void {
  if (isOthers(known.rules)) throw new LaneRestart(notActive(known.rules).reason);
}
