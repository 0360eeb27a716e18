import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { RelayerSaid } from '../relayer-status.ts';
import { readRelayerStatus } from '../relayer-status.ts';
import type { PackageManifest } from '../release/package.ts';
import { readPackage } from '../release/package.ts';
import { install, serviceState, want, wantedRelease } from '../service/root.ts';
import { engineNow } from './engine.ts';
import type { Evidence } from './journal.ts';
import type { Scene } from './step.ts';
import { siteError, waitFor } from './wait.ts';

/** The two processes of a site whose releases are changed. */
export type Service = 'relayer' | 'engine';

/** The reference engine is the feeder. */
const PACKAGES = { relayer: 'relayer', engine: 'feeder' } as const;

const packageFolder = ({ site }: Scene, service: Service, release: string): string =>
  join(site.releases, PACKAGES[service], release);

/** What a service is to run: a release, or `none`. */
export const wantedBy = ({ site }: Pick<Scene, 'site'>, service: Service): Promise<string> =>
  wantedRelease(site[service].root);

/**
 * Puts verified packages that speak a batch version where the services find them.
 * @throws LockstepError RELEASE_MISSING, RELEASE_ALTERED, RELEASE_UNFIT
 */
export async function installTargets(scene: Scene, version: number): Promise<Evidence> {
  const evidence: Record<string, unknown> = {};
  for (const service of ['relayer', 'engine'] as const) {
    const release = targetOf(scene, service);
    const { sha256, speaks } = await installed(scene, service, release);
    if (!speaks.includes(version)) {
      const spoken = speaks.map((one) => `V${one}`).join(', ');
      throw siteError(
        'RELEASE_UNFIT',
        `${service} ${release} speaks ${spoken}, not V${version}`,
        `Name another with --${service}.`,
      );
    }
    evidence[service] = { release, speaks, sha256 };
  }
  return evidence;
}

/** Puts verified packages where the services find them. @throws LockstepError RELEASE_MISSING, RELEASE_ALTERED */
export async function installReleases(
  scene: Scene,
  releases: Readonly<Partial<Record<Service, string>>>,
): Promise<void> {
  for (const service of ['relayer', 'engine'] as const) {
    const release = releases[service];
    if (release !== undefined) await installed(scene, service, release);
  }
}

/** The same without putting them anywhere. @throws LockstepError RELEASE_MISSING, RELEASE_ALTERED */
export async function verifyReleases(
  scene: Scene,
  releases: Readonly<Partial<Record<Service, string>>>,
): Promise<void> {
  for (const service of ['relayer', 'engine'] as const) {
    const release = releases[service];
    if (release !== undefined) await readPackage(existingFolder(scene, service, release));
  }
}

/** @throws LockstepError RELEASE_MISSING, RELEASE_ALTERED, RELEASE_DIFFERS */
async function installed(scene: Scene, service: Service, release: string): Promise<PackageManifest> {
  return install(scene.site[service].root, existingFolder(scene, service, release));
}

/** @throws LockstepError RELEASE_MISSING */
function existingFolder(scene: Scene, service: Service, release: string): string {
  const folder = packageFolder(scene, service, release);
  if (existsSync(folder)) return folder;
  const shelf = dirname(folder);
  const there = existsSync(shelf) ? readdirSync(shelf).join(', ') : 'none';
  throw siteError(
    'RELEASE_MISSING',
    `there is no ${service} release ${release} in ${shelf}, which has ${there}`,
    `Correct --${service} (in the plan of a hard fork: \`${service}\`), or \`releases\` in the site file.`,
  );
}

/** @throws LockstepError SERVICE_NOT_UP for a service that runs nothing: what is begun without it could not be ended */
export async function requireServices({ site }: Scene): Promise<void> {
  for (const service of ['relayer', 'engine'] as const) {
    const { root } = site[service];
    const state = await serviceState(root);
    if (state?.running != null) continue;
    throw siteError(
      'SERVICE_NOT_UP',
      `the ${service}'s service in ${root} runs nothing${state?.reason ? `: ${state.reason}` : ''}`,
      `Nothing was changed. Start \`lockstep service --root ${root}\`, or correct \`${service}.root\` in the site file.`,
    );
  }
}

/** The release an operation wants a service to run in the end. */
export const targetOf = (scene: Scene, service: Service): string => `${scene.operation().target[service]}`;

/**
 * Has a service run a release, and waits until the process itself says that it does.
 * @throws LockstepError SERVICE_NOT_UP with what was seen last
 */
export async function switchTo(scene: Scene, service: Service, release: string): Promise<Evidence> {
  const { root } = scene.site[service];
  const before = await serviceState(root);
  // Whatever was installed earlier, in whichever folder.
  await installed(scene, service, release);
  want(root, release);
  const wait = {
    timeoutMs: scene.patience.switchMs,
    error: (why: string) =>
      siteError(
        'SERVICE_NOT_UP',
        `the ${service} does not run release ${release}: ${why}`,
        `See that \`lockstep service --root ${root}\` runs, and its log; then run the same command again, or \`lockstep rollback\`.`,
      ),
  };
  const pid = await waitFor(scene, wait, async () => {
    const state = await serviceState(root);
    if (state === undefined) return { missing: 'no supervisor has written its state' };
    if (state.running !== release || state.pid === null) {
      return {
        missing: `the supervisor runs ${state.running ?? 'nothing'}${state.reason ? ` (${state.reason})` : ''}`,
      };
    }
    const missing = await MISSING[service](scene, release);
    return missing === undefined ? { found: state.pid } : { missing };
  });
  return { [service]: release, before: before?.running ?? 'none', pid };
}

/** What its own word lacks; undefined when it says that it is up. */
const MISSING: Readonly<Record<Service, (scene: Scene, release: string) => Promise<string | undefined>>> = {
  async relayer(scene, release) {
    const status = await relayerStatus(scene);
    if (status === undefined) return 'its status does not answer';
    if (status.release !== release) return `its status says release ${status.release}`;
    return status.state === 'running' || status.state === 'blocked' ? undefined : `its lane is ${status.state}`;
  },
  async engine(scene, release) {
    const { isAlive, release: said } = await engineNow(scene);
    if (!isAlive) return 'it has no lease';
    return said === release ? undefined : `it says release ${said}`;
  },
};

/** What `/status` says; undefined when it does not answer. */
export const relayerStatus = ({ site, desk }: Pick<Scene, 'site' | 'desk'>): Promise<RelayerSaid | undefined> =>
  readRelayerStatus(site.relayer.url, desk.signal);
