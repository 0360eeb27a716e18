import { join } from 'node:path';
import type { LockstepError } from '#client';
import { laneKeys } from '#relayer';
import { CheckFailed } from '../failure.ts';
import { readRelayerStatus } from '../relayer-status.ts';
import { SEMVER } from '../release/folder.ts';
import type { MaintenanceDesk } from './desk.ts';

/** The first relayer release that knows maintenance. */
const KNOWN_SINCE = [0, 2] as const;
export const FIRST_KNOWING = `${KNOWN_SINCE.join('.')}.0`;

/** A relayer that knows maintenance speaks of one at least once a second from the moment it has the lane. */
const SPEAKS_WITHIN_MS = 10_000;

export function knowsMaintenance(release: string | undefined): boolean {
  if (release === undefined || !SEMVER.test(release)) return false;
  const [major = 0, minor = 0] = release.split('.').map(Number);
  return major > KNOWN_SINCE[0] || (major === KNOWN_SINCE[0] && minor >= KNOWN_SINCE[1]);
}

/**
 * A relayer whose own status names a release without maintenance would settle on.
 * @throws CheckFailed RELAYER_TOO_OLD; nothing was changed
 */
export async function refuseTooOld(desk: MaintenanceDesk): Promise<void> {
  const release = await runningRelease(desk);
  if (release === undefined || !SEMVER.test(release) || knowsMaintenance(release)) return;
  throw tooOld(desk, `relayer ${release} runs, which knows no maintenance: it would settle on`, 'Nothing was changed.');
}

/**
 * Tells when whoever has the lane has been silent for so long that it knows no maintenance: a relayer that halts gives its lane back, and a dead
 * one loses it.
 */
export class SilentHolder {
  readonly #desk: MaintenanceDesk;
  #token: string | null = null;
  #sinceMs = 0;

  constructor(desk: MaintenanceDesk) {
    this.#desk = desk;
  }

  async isTooOld(): Promise<boolean> {
    const token = await this.#desk.redis.get(laneKeys(this.#desk.lane).lease);
    if (token !== this.#token) {
      this.#token = token;
      this.#sinceMs = performance.now();
    }
    return token !== null && performance.now() - this.#sinceMs >= SPEAKS_WITHIN_MS;
  }
}

export const silentHolder = async (desk: MaintenanceDesk, after: string): Promise<LockstepError> => {
  const release = await runningRelease(desk);
  return tooOld(
    desk,
    `relayer ${release ?? 'of an unknown release'} has the lane, and has said nothing of the maintenance for ${SPEAKS_WITHIN_MS / 1_000} s: it knows none`,
    after,
  );
};

/** What `maintenance status` says of a relayer that says nothing; undefined while none has the lane. */
export async function silenceOf(desk: MaintenanceDesk, sinceMs: number, nowMs: number): Promise<string | undefined> {
  if ((await desk.redis.exists(laneKeys(desk.lane).lease)) === 0) return undefined;
  const release = await runningRelease(desk);
  const isKnownOld = release !== undefined && SEMVER.test(release) && !knowsMaintenance(release);
  if (!isKnownOld && nowMs - sinceMs < SPEAKS_WITHIN_MS) return 'has the lane, and says nothing of it yet';
  return `${release ?? 'of an unknown release'} has the lane and knows no maintenance: ${switchAdvice(desk)}`;
}

async function runningRelease({ site, signal }: MaintenanceDesk): Promise<string | undefined> {
  const said = site === undefined ? undefined : await readRelayerStatus(site.relayer.url, signal);
  return said?.state === 'running' ? said.release : undefined;
}

const tooOld = (desk: MaintenanceDesk, message: string, done: string): CheckFailed =>
  new CheckFailed('RELAYER_TOO_OLD', message, `${done} ${switchAdvice(desk)}`);

function switchAdvice({ site, siteFile }: MaintenanceDesk): string {
  if (site === undefined || siteFile === undefined) {
    return `Have relayer ${FIRST_KNOWING} or a later one run: \`lockstep service --root DIR --install releases/relayer/${FIRST_KNOWING} --want ${FIRST_KNOWING}\`.`;
  }
  const folder = join(site.releases, 'relayer', FIRST_KNOWING);
  return `Have relayer ${FIRST_KNOWING} or a later one run: \`lockstep rollout --through 2 --site ${siteFile}\`, or \`lockstep service --root ${site.relayer.root} --install ${folder} --want ${FIRST_KNOWING}\`.`;
}
