import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { SEMVER } from '../release/folder.ts';
import { serviceError } from './errors.ts';
import { installedFolder, layoutOf } from './layout.ts';
import { replaceFile } from './replace-file.ts';

/** Instead of a version: nothing is to run. */
export const NONE = 'none';
/** Of what cannot be read, how much is quoted. */
const QUOTED_CHARACTERS = 40;

/**
 * What is to run: a version, or `none`, also where nobody has said anything yet.
 * @throws LockstepError WANTED_INVALID, RELEASE_UNKNOWN
 */
export async function wantedRelease(root: string): Promise<string> {
  const text = await readFile(layoutOf(root).wanted, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return NONE;
    throw error;
  });
  return requireUsable(root, text.trim());
}

/** Says what is to run from now on. @throws LockstepError WANTED_INVALID, RELEASE_UNKNOWN: then nothing changes */
export function want(root: string, semver: string): void {
  replaceFile(layoutOf(root).wanted, `${requireUsable(root, semver)}\n`);
}

function requireUsable(root: string, semver: string): string {
  if (semver === NONE) return NONE;
  if (!SEMVER.test(semver)) {
    const quoted = JSON.stringify(semver.slice(0, QUOTED_CHARACTERS));
    throw serviceError('WANTED_INVALID', `${quoted} is neither a version nor ${NONE}`);
  }
  if (!existsSync(installedFolder(root, semver))) {
    throw serviceError('RELEASE_UNKNOWN', `release ${semver} is not installed in ${layoutOf(root).releases}`);
  }
  return semver;
}
