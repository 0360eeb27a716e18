import { VersionBit } from '#client';
import { Held } from '../failure.ts';
import { changesOf } from '../operator/changes.ts';
import { upgradeKeys } from '../program-upgrade/keys.ts';
import { upgradeProgram } from '../program-upgrade/upgrade.ts';
import { wantedObject } from '../program-upgrade/wanted.ts';
import { newestBatch } from './chain.ts';
import { enact } from './enact.ts';
import type { Step } from './step.ts';

const switchOff: readonly Step[] = [
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

/** The program without V1: no flag brings it back, only another upgrade. */
const deployWithout = (release: string): Step => ({
  name: 'v2-only',
  title: `the program is settlement ${release}, without V1`,
  async run({ desk, site }) {
    const wanted = wantedObject({ release });
    const quiet = { ...desk, output: { ...desk.output, result: () => undefined } };
    const options = { commitment: 'confirmed', dryRun: false, export: false, yes: true } as const;
    await upgradeProgram(quiet, wanted, await upgradeKeys(site.keypair, process.env), options);
    return { program: release, bytes: wanted.object.length };
  },
});

/** Phase 3, the cleanup: V1 is switched off, and left out of the program if a build without it is named. */
export const phaseThree = (v2Only?: string): readonly Step[] =>
  v2Only === undefined ? switchOff : [...switchOff, deployWithout(v2Only)];
