import type { Packaged } from '../../release/package.ts';
import { packageFolder } from '../../release/package.ts';
import { install, runService, want } from '../../service/root.ts';
import type { RunBase } from '../place/place.ts';

export interface SiteService {
  readonly name: string;
  readonly root: string;
  readonly packaged: Packaged;
  /** The release to begin with. */
  readonly semver: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
}

/** What is in flight when everything ends goes away with its market. */
const STOP_MS = 5_000;

/**
 * Installs a release and runs it as a service, which ends with the run.
 * @throws LockstepError RELEASE_MISSING, RELEASE_ALTERED
 */
export async function startService(service: SiteService, { cleanup, watchdog, say, fail }: RunBase): Promise<void> {
  const { root, packaged, semver } = service;
  await install(root, packageFolder(packaged, semver));
  want(root, semver);
  const ending = new AbortController();
  const running = runService({ ...service, stopMs: STOP_MS, signal: ending.signal, watchdog, say });
  running.catch(fail);
  cleanup.add(async () => {
    ending.abort(new Error('the site was ended'));
    await running.catch(() => undefined);
  });
}
