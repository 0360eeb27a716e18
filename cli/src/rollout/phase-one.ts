import { VersionBit } from '#client';
import { Held } from '../failure.ts';
import { releaseOf, settlementRelease } from '../release/program.ts';
import { configNow, deployedProgram, newestBatch, routes } from './chain.ts';
import type { Step } from './step.ts';
import { siteError } from './wait.ts';

/** Phase 1, the pre-flight: the program that runs settles both versions, and V1 still settles. */
export const phaseOne: readonly Step[] = [
  {
    name: 'release',
    title: 'the program release settles V1 and V2, and its object and IDL are what its manifest says',
    async run({ operation }) {
      const { program } = operation().target;
      const release = settlementRelease(`${program}`);
      if (!release.batchVersions.includes(1) || !release.batchVersions.includes(2)) {
        throw siteError(
          'RELEASE_UNFIT',
          `settlement ${program} settles ${release.batchVersions.map((version) => `V${version}`).join(' and ')}, not both versions`,
          'Name a release that settles both with --program.',
        );
      }
      if (!release.idl.types.some(({ name }) => name === 'TradeV2')) {
        throw siteError(
          'RELEASE_UNFIT',
          `the IDL of settlement ${program} has no TradeV2`,
          'Name another release with --program.',
        );
      }
      return { program: release.semver, sha256: release.sha256, idlSha256: release.idlSha256 };
    },
  },
  {
    name: 'program',
    title: 'the program on-chain is that release, byte for byte',
    async run(scene) {
      const { program } = scene.operation().target;
      const { bytes, slot } = await deployedProgram(scene);
      const runs = releaseOf(bytes);
      if (runs !== program) {
        throw siteError(
          'PROGRAM_DIFFERS',
          `program ${scene.desk.program} is ${runs === undefined ? 'no release of this repository' : `settlement ${runs}`}, not ${program}`,
          `Upgrade it first: \`lockstep program upgrade --release ${program}\`, or with --export through the multisig.`,
        );
      }
      return { program: runs, deployedSlot: slot };
    },
  },
  {
    name: 'routes',
    title: 'its bytecode routes V1 and V2, and nothing else',
    async run(scene) {
      for (const [version, expected] of [
        [1, true],
        [2, true],
        [3, false],
      ] as const) {
        if ((await routes(scene, version)) === expected) continue;
        throw siteError(
          'ROUTING_DIFFERS',
          `the running program ${expected ? 'does not route' : 'routes'} V${version}`,
          'The bytecode is not what the release says: find out what runs with `lockstep program show` before anything else.',
        );
      }
      return { routed: [1, 2] };
    },
  },
  {
    name: 'v1-settles',
    title: 'V1 has settled on this very bytecode',
    async run(scene) {
      const slot = Number((await deployedProgram(scene)).slot);
      const batch = await newestBatch(
        scene,
        (one) => one.batch.version === 1 && one.slot > slot,
        (one) => one.slot <= slot,
      );
      if (batch !== undefined)
        return { signature: batch.signature, slot: batch.slot, trades: batch.batch.trades.length };
      const { allowedBatchVersions, isPaused } = await configNow(scene);
      if ((allowedBatchVersions & VersionBit.V1) === 0) return { note: 'V1 is switched off already' };
      const newest = await newestBatch(
        scene,
        (one) => one.slot > slot,
        () => true,
      );
      // Where both are allowed V2 is what is written: V1 does not come back to be proven.
      if (newest?.batch.version === 2) return { note: 'V2 settles on it already', signature: newest.signature };
      throw new Held(
        'V1_UNPROVEN',
        `no V1 batch has settled since the program was deployed at slot ${slot}${isPaused ? '; settlement is paused' : ''}`,
        'Let trades flow, see `lockstep status`, and run the same command again.',
      );
    },
  },
];
