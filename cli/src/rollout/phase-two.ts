import { BatchVersion, VersionBit } from '#client';
import { clearLaneControl } from '#relayer';
import { changesOf } from '../operator/changes.ts';
import { configNow } from './chain.ts';
import { enact } from './enact.ts';
import { askEngine, engineNow } from './engine.ts';
import { installTargets, requireServices, switchTo, targetOf } from './services.ts';
import { laneOf } from './site.ts';
import type { Step } from './step.ts';
import { siteError } from './wait.ts';
import { watch } from './watch.ts';

/** Phase 2, the switch: both versions are allowed, relayer and engine are the new releases, the engine emits V2, and it goes well. */
export const phaseTwo: readonly Step[] = [
  {
    name: 'packages',
    title: 'the packages of relayer and engine are what their manifests say, and installed',
    async run(scene) {
      await requireServices(scene);
      return installTargets(scene, BatchVersion.V2);
    },
  },
  {
    name: 'allow-both',
    title: 'V1 and V2 are allowed',
    async run(scene) {
      const { isPaused } = await configNow(scene);
      if (isPaused) {
        throw siteError(
          'PAUSED',
          'settlement is paused',
          'Find out why it was paused; then `lockstep config unpause` and run the same command again.',
        );
      }
      return enact(
        scene,
        changesOf(scene.desk.program).set('set-versions', 'allowedBatchVersions', VersionBit.V1 | VersionBit.V2),
      );
    },
  },
  {
    name: 'relayer',
    title: 'the relayer runs the new release',
    async run(scene) {
      await clearLaneControl(scene.redis, laneOf(scene.site));
      return switchTo(scene, 'relayer', targetOf(scene, 'relayer'));
    },
  },
  {
    name: 'engine',
    title: 'the engine runs the new release',
    run: (scene) => switchTo(scene, 'engine', targetOf(scene, 'engine')),
  },
  {
    name: 'emit',
    title: 'the engine emits V2',
    async run(scene) {
      // What was done earlier may have been undone since; an engine must not say what nobody settles.
      const { allowedBatchVersions } = await configNow(scene);
      if ((allowedBatchVersions & VersionBit.V2) === 0) {
        throw siteError(
          'CONFIG_MOVED',
          'the config does not allow V2 any more',
          'Find out who changed it. `lockstep config set-versions V1+V2` and the same command go on, `lockstep rollback` takes everything back.',
        );
      }
      for (const service of ['relayer', 'engine'] as const) await switchTo(scene, service, targetOf(scene, service));
      const before = await engineNow(scene);
      if (before.emit !== '2') await askEngine(scene, 'emit', '2');
      return { emit: '2', fromAbove: `${before.lastId}` };
    },
  },
  { name: 'watch', title: 'settlement errors, rejected trades and latency stay within the thresholds', run: watch },
];
