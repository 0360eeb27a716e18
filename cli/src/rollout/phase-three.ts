import { VersionBit } from '#client';
import { Held } from '../failure.ts';
import { changesOf } from '../operator/changes.ts';
import { upgradeKeys } from '../program-upgrade/keys.ts';
import { upgradeProgram } from '../program-upgrade/upgrade.ts';
import { wantedObject } from '../program-upgrade/wanted.ts';
import { settlementRelease } from '../release/program.ts';
import { fromNode } from '../rpc.ts';
import { configNow, newestBatch } from './chain.ts';
import { enact } from './enact.ts';
import type { Evidence } from './journal.ts';
import type { Scene, Step } from './step.ts';
import { siteError } from './wait.ts';

async function requireV2Final(scene: Scene): Promise<Evidence> {
  const { connection, rpcUrl } = scene.desk;
  const finalized = await fromNode(rpcUrl, () => connection.getSlot('finalized'));
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
}

const switchOff: readonly Step[] = [
  {
    name: 'v2-final',
    title: 'the last finalised batch is V2',
    run: requireV2Final,
  },
  {
    name: 'v1-off',
    title: 'V1 is switched off',
    async run(scene) {
      // Also when that was done earlier: versions may have been flipped since.
      await requireV2Final(scene);
      return enact(scene, changesOf(scene.desk.program).set('set-versions', 'allowedBatchVersions', VersionBit.V2));
    },
  },
];

/** The program without V1: no flag brings it back, only another upgrade. */
const deployWithout = (release: string): Step => ({
  name: 'v2-only',
  title: `the program is settlement ${release}, without V1`,
  async run(scene) {
    const { desk, keypair } = scene;
    const { allowedBatchVersions } = await configNow(scene);
    if (allowedBatchVersions !== VersionBit.V2) {
      throw siteError(
        'CONFIG_MOVED',
        'the config allows V1 again',
        'Find out who changed it. `lockstep config set-versions V2` and the same command go on.',
      );
    }
    const wanted = wantedObject({ release });
    const quiet = { ...desk, output: { ...desk.output, result: () => undefined } };
    const options = { commitment: 'confirmed', dryRun: false, export: false, yes: true } as const;
    await upgradeProgram(quiet, wanted, await upgradeKeys(keypair, process.env), options);
    return { program: release, bytes: wanted.object.length };
  },
});

/** @throws LockstepError RELEASE_MISSING, RELEASE_ALTERED; RELEASE_UNFIT for one that is not to come last */
export function requireWithoutV1(release: string): void {
  const { batchVersions } = settlementRelease(release);
  if (batchVersions.includes(2) && !batchVersions.includes(1)) return;
  throw siteError(
    'RELEASE_UNFIT',
    `settlement ${release} settles ${batchVersions.map((version) => `V${version}`).join(' and ')}`,
    'Name a release with --v2-only that settles V2 and not V1.',
  );
}

/** Phase 3, the cleanup: V1 is switched off, and left out of the program if a build without it is named. */
export const phaseThree = (v2Only?: string): readonly Step[] =>
  v2Only === undefined ? switchOff : [...switchOff, deployWithout(v2Only)];
