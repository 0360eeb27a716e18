import { SEMVER } from '../release/folder.ts';
import type { PackageManifest } from '../release/package.ts';
import { readManifest } from '../release/package.ts';
import { engineNow } from '../rollout/engine.ts';
import type { Service } from '../rollout/services.ts';
import { relayerStatus } from '../rollout/services.ts';
import { inTheWay } from '../rollout/stream.ts';
import { siteError, waitFor } from '../rollout/wait.ts';
import { installedFolder, serviceState } from '../service/root.ts';
import type { ForkScene } from './scene.ts';

const NEW_SCHEMA = 2;

/**
 * The releases that run in the end read and write what the engine emits and what stands in its stream: past the point of no return one that can't
 * would leave a lane that nothing settles. What does not say what it speaks is not judged.
 * @param allowed batch versions of the config, as `V1`
 * @throws LockstepError RELEASE_UNFIT; nothing was changed
 */
export async function requireFitServices(scene: ForkScene, allowed: readonly string[]): Promise<void> {
  const { emit } = await engineNow(scene);
  const emitted = emit === undefined || !/^\d{1,3}$/.test(emit) ? undefined : Number(emit);
  const status = await relayerStatus(scene);
  const relayer = (await manifestOf(scene, 'relayer'))?.speaks ?? status?.speaks;
  const engine = (await manifestOf(scene, 'engine'))?.speaks;
  if (emitted !== undefined) {
    requireSpoken(scene, 'relayer', relayer, emitted, `the engine emits schema ${emitted}`);
    requireSpoken(scene, 'engine', engine, emitted, `schema ${emitted} is what it was told to emit`);
  }
  if (relayer === undefined) return;
  const { ofNewSchema } = await inTheWay(scene, 'confirmed');
  const stands = `${ofNewSchema} entries of the stream that are not settled are of schema ${NEW_SCHEMA}`;
  if (ofNewSchema > 0) requireSpoken(scene, 'relayer', relayer, NEW_SCHEMA, stands);
  if (!relayer.some((version) => allowed.includes(`V${version}`))) {
    throw unfit(scene, 'relayer', relayer, `the config allows ${allowed.join(' and ')} alone`);
  }
}

function requireSpoken(
  scene: ForkScene,
  service: Service,
  speaks: readonly number[] | undefined,
  schema: number,
  why: string,
): void {
  if (speaks !== undefined && !speaks.includes(schema)) throw unfit(scene, service, speaks, why);
}

const names = (versions: readonly number[]): string => versions.map((version) => `V${version}`).join(' and ');

const unfit = (scene: ForkScene, service: Service, speaks: readonly number[], why: string) =>
  siteError(
    'RELEASE_UNFIT',
    `${service} ${scene.operation().target[service]} speaks ${names(speaks)}, and ${why}`,
    `Nothing was changed. Name another release as \`${service}\` in the plan.`,
  );

/** Of the release that runs in the end, as it is installed; undefined where nobody knows. */
async function manifestOf(scene: ForkScene, service: Service): Promise<PackageManifest | undefined> {
  const release = `${scene.operation().target[service]}`;
  if (!SEMVER.test(release)) return undefined;
  return readManifest(installedFolder(scene.site[service].root, release)).catch(() => undefined);
}

/** States of a lane in which its relayer goes on with nothing. */
const AWAY: ReadonlySet<string | undefined> = new Set(['halted', 'stopped', undefined]);

/**
 * Waits until both services run the releases of the plan and say so themselves.
 * @throws LockstepError SERVICE_NOT_UP; nothing was resumed
 */
export async function requireUp(scene: ForkScene): Promise<void> {
  for (const service of ['relayer', 'engine'] as const) {
    const { root } = scene.site[service];
    const wanted = `${scene.operation().target[service]}`;
    const error = (why: string) =>
      siteError(
        'SERVICE_NOT_UP',
        `the ${service} is to run release ${wanted} before anything resumes, and ${why}`,
        `Nothing was resumed. See the log of \`lockstep service --root ${root}\`; then run the same command again, or --abort.`,
      );
    await waitFor(scene, { timeoutMs: scene.patience.switchMs, error }, async () => {
      const state = await serviceState(root);
      if (state?.running !== wanted) return { missing: await servedAs(scene, service) };
      return (await isUp(scene, service, wanted)) ? { found: true } : { missing: await servedAs(scene, service) };
    });
  }
}

async function isUp(scene: ForkScene, service: Service, wanted: string): Promise<boolean> {
  if (service === 'relayer') {
    const status = await relayerStatus(scene);
    return status?.release === wanted && !AWAY.has(status.state);
  }
  const { isAlive, release } = await engineNow(scene);
  return isAlive && release === wanted;
}

/** How a service stands, for people: its own word, and its supervisor's. */
export async function servedAs(scene: ForkScene, service: Service): Promise<string> {
  const state = await serviceState(scene.site[service].root);
  const runs = `its service runs ${state?.running ?? 'nothing'}, started again ${state?.restarts ?? 0} times`;
  const reason = state?.reason == null ? '' : ` (${state.reason})`;
  return `${service === 'relayer' ? await relayerWord(scene) : await engineWord(scene)}; ${runs}${reason}`;
}

async function relayerWord(scene: ForkScene): Promise<string> {
  const status = await relayerStatus(scene);
  if (status === undefined) return 'the relayer does not answer';
  const { release = 'of an unknown release', state = 'in no known state', blocked } = status;
  const held = blocked === undefined ? '' : `, ${blocked.code}: ${blocked.reason}`;
  return `relayer ${release} is ${state}${held}`;
}

async function engineWord(scene: ForkScene): Promise<string> {
  const { isAlive, release = 'of an unknown release' } = await engineNow(scene);
  return isAlive ? `engine ${release} runs` : `engine ${release} has no lease`;
}
