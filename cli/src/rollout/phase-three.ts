import { VersionBit } from '#client';
import { Held } from '../failure.ts';
import { changesOf } from '../operator/changes.ts';
import { newestBatch } from './chain.ts';
import { enact } from './enact.ts';
import type { Step } from './step.ts';

/** Phase 3, the cleanup: V1 is switched off. */
export const phaseThree: readonly Step[] = [
  {
    name: 'v2-final',
    title: 'the last finalised batch is V2',
    async run(scene) {
      const finalized = await scene.desk.connection.getSlot('finalized');
      const last = await newestBatch(
        scene,
        ({ slot }) => slot <= finalized,
        () => false,
      );
      if (last?.batch.version === 2) return { signature: last.signature, slot: last.slot };
      throw new Held(
        'V1_STILL_USED',
        last === undefined
          ? 'no batch is final yet'
          : `the last finalised batch, of slot ${last.slot}, is V${last.batch.version}`,
        'V1 stays on. Find out why V1 is still written (`lockstep status`), then run the same command again.',
      );
    },
  },
  {
    name: 'v1-off',
    title: 'V1 is switched off',
    run: (scene) =>
      enact(scene, changesOf(scene.desk.program).set('set-versions', 'allowedBatchVersions', VersionBit.V2)),
  },
];
