import { changesOf } from '../operator/changes.ts';
import { planChange } from '../operator/plan.ts';
import { differenceText } from '../operator/settings.ts';
import { linesOf, ticked } from './checklist.ts';
import { Journal } from './journal.ts';
import type { RolloutRequest } from './rollout.ts';
import { stepsOf } from './rollout.ts';
import { isDone } from './run.ts';
import type { Stage } from './scene.ts';
import { wantedBy } from './services.ts';

/** Prints where the site stands and what `lockstep rollout` would do next. Nothing is changed. */
export async function overview(stage: Stage, request: RolloutRequest & { readonly dryRun: boolean }): Promise<void> {
  const { desk, site } = stage;
  const { output } = desk;
  const newest = await new Journal(site.folder).newest();
  const last = newest?.operation;
  output.say(
    last === undefined
      ? 'no rollout or rollback has been written down here'
      : `${last.kind} of ${last.startedAt} by ${last.by}: ${last.state}${last.message === undefined ? '' : `, ${last.message}`}`,
  );
  const rollout = last?.kind === 'rollout' ? last : undefined;
  const rows = ticked(rollout);
  for (const line of linesOf(rows)) output.say(line);
  const services = { relayer: await wantedBy(stage, 'relayer'), engine: await wantedBy(stage, 'engine') };
  output.say(`services: relayer ${services.relayer}, engine ${services.engine}`);
  const plan = request.dryRun ? await planOf(stage, request) : [];
  for (const step of plan)
    output.say(`  ${rollout && isDone(rollout, step.name) ? 'done  ' : 'to do '} ${step.title}${step.changes}`);
  output.result({ operation: last ?? null, checklist: rows, services, ...(request.dryRun ? { plan } : {}) });
}

const CONFIG_STEPS: Readonly<Record<string, number>> = { 'allow-both': 3, 'v1-off': 2 };

async function planOf(stage: Stage, request: RolloutRequest) {
  const changes = changesOf(stage.desk.program);
  return Promise.all(
    stepsOf(request).map(async ({ name, title }) => {
      const versions = CONFIG_STEPS[name];
      if (versions === undefined) return { name, title, changes: '' };
      const change = changes.set('set-versions', 'allowedBatchVersions', versions);
      const { differences } = await planChange(stage.desk, change, {
        ...{ signer: undefined, feePayer: undefined, priorityFee: 0 },
      });
      return { name, title, changes: `: ${differences.map(differenceText).join('; ') || 'in force already'}` };
    }),
  );
}
