import { readFileSync } from 'node:fs';
import { releaseOf, settlementRelease } from '../release/program.ts';
import { upgradeError } from './errors.ts';

/** What is to run. */
export interface WantedObject {
  readonly object: Buffer;
  /** The release it is; undefined when nothing is known about it. */
  readonly release: string | undefined;
  /** Batch versions it settles; undefined when nothing is known about it. */
  readonly batchVersions: readonly number[] | undefined;
}

const ELF = Buffer.from('\x7fELF', 'latin1');

/** @throws LockstepError RELEASE_MISSING, RELEASE_ALTERED, OBJECT_UNREADABLE */
export function wantedObject({ release, object: file }: { release?: string; object?: string }): WantedObject {
  if (file === undefined) return known(release ?? 'staged');
  const object = objectIn(file);
  const semver = releaseOf(object);
  return semver === undefined ? { object, release: undefined, batchVersions: undefined } : known(semver);
}

function known(named: string): WantedObject {
  const { object, semver, batchVersions } = settlementRelease(named);
  return { object, release: semver, batchVersions };
}

function objectIn(file: string): Buffer {
  try {
    const object = readFileSync(file);
    if (object.subarray(0, ELF.length).equals(ELF)) return object;
  } catch (cause) {
    throw upgradeError('OBJECT_UNREADABLE', `${file}: ${(cause as NodeJS.ErrnoException).code ?? cause}`, { cause });
  }
  throw upgradeError('OBJECT_UNREADABLE', `${file} is no shared object`);
}
