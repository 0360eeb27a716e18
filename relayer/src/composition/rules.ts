import { SPOKEN_VERSIONS } from '#client';
import type { SettlementRules } from '../ports.ts';
import { followRules, refusalBy } from '../stages/batch/rules.ts';
import type { LaneRun } from './run.ts';
import { forStage } from './run.ts';

/** Keeps what is known of the config up to date, and tells who waits for it. Runs until told to stop. */
export function followConfig(run: LaneRun): Promise<void> {
  const { config, known, progress, pulses, refusals, tasks } = run;
  const configuration = {
    ...forStage(run, 'rules'),
    clock: pulses.rules.clock,
    pollMs: config.rulesPollMs,
    slotMs: config.slotMs,
    onRules: (current: SettlementRules) => {
      const before = refusalBy(known.rules, SPOKEN_VERSIONS);
      const refusal = refusalBy(current, SPOKEN_VERSIONS);
      const versions = String(known.rules.allowedVersions);
      known.rules = current;
      progress.rulesBlocked(refusal);
      if (refusal?.code !== before?.code || String(current.allowedVersions) !== versions) refusals.announce();
    },
  };
  return pulses.rules.during(() => followRules(configuration, known.rules, tasks.stopping));
}
