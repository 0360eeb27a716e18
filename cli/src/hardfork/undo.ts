import { LockstepError, MarketStatus } from '#client';
import type { Operation } from '../rollout/journal.ts';
import type { Step } from '../rollout/step.ts';
import { headerAt } from './chain.ts';
import { RESUME } from './common-steps.ts';
import type { ForkScene, ForkStep } from './scene.ts';
import { isBegun } from './scene.ts';

const UNDO = 'undo-';

/**
 * What takes a fork back: of each step that was begun what undoes it, the last one first. Begun is enough: each undoing looks first, and what
 * a kill left half done is undone as well.
 */
export const undoSteps = (steps: readonly ForkStep[], operation: Operation): readonly Step<ForkScene>[] =>
  steps
    .toReversed()
    .flatMap(({ name, undo }) =>
      undo === undefined || !isBegun(operation, name) ? [] : [{ ...undo, name: `${UNDO}${name}` }],
    );

/**
 * Refuses what cannot be taken back any more: the lane was resumed, so trades may have settled on the new side; or the successor's market
 * is open, so that money may have moved there.
 * @throws LockstepError HARDFORK_RESUMED, IMPORT_FINISHED
 */
export async function isAbortable(scene: ForkScene): Promise<void> {
  if (isBegun(scene.operation(), RESUME)) {
    throw new LockstepError(
      'HARDFORK_RESUMED',
      'settlement was resumed: trades may have settled on the new side, and taking it back would lose them',
      'Run the same command without --abort; it goes on to the end. A release that settles wrongly is replaced by another fork.',
    );
  }
  if (scene.plan.kind === 'in-place') return;
  const isOpen = await headerAt(scene, scene.next).then(
    ({ status }) => status === MarketStatus.Open,
    (error: unknown) => {
      if (error instanceof LockstepError && error.code === 'ACCOUNT_MISSING') return false;
      throw error;
    },
  );
  if (!isOpen) return;
  throw new LockstepError(
    'IMPORT_FINISHED',
    `market ${scene.next.market} is open: all entries are there, and their owners may have withdrawn from it`,
    'Run the same command without --abort. Settlement is paused, exits work on the new side.',
  );
}
