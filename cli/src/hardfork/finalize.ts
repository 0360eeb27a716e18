import { LockstepError, settlementInstructions, TreeVersion } from '#client';
import type { Evidence } from '../rollout/journal.ts';
import { adminOf, headerAt, landed } from './chain.ts';
import type { ForkScene } from './scene.ts';

/**
 * Gives the rent of the kept tree back: from then on the migration is for good.
 * @throws LockstepError NOTHING_TO_FINALIZE
 */
export async function finalized(scene: ForkScene): Promise<Evidence> {
  const header = await headerAt(scene, scene.next);
  if (scene.plan.kind === 'successor' || header.treeVersion !== TreeVersion.Growing) {
    throw new LockstepError(
      'NOTHING_TO_FINALIZE',
      `market ${scene.next.market} keeps no tree of before`,
      'Only a fork in place does, and only once its tree is migrated.',
    );
  }
  const { finalizeMigration } = settlementInstructions(scene.next.program);
  return landed(scene, finalizeMigration({ admin: adminOf(scene), market: scene.next.market }));
}
