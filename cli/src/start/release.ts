import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LockstepError } from '#client';

const RELEASES = new URL('../../../releases/', import.meta.url);

/** The settlement program's object that is deployed, by releases/environments.json. */
export interface DeployedRelease {
  readonly version: string;
  readonly file: string;
}

/** @throws LockstepError RELEASE_MISSING */
export function deployedRelease(): DeployedRelease {
  try {
    const environments: unknown = JSON.parse(readFileSync(new URL('environments.json', RELEASES), 'utf8'));
    const version = versionIn(environments);
    const file = fileURLToPath(new URL(`settlement/${version}/settlement.so`, RELEASES));
    readFileSync(file);
    return { version, file };
  } catch (cause) {
    throw new LockstepError(
      'RELEASE_MISSING',
      `the deployed settlement program cannot be read: ${cause instanceof Error ? cause.message : cause}`,
      'Restore releases/ from the repository; releases/README.md says what belongs there.',
      { cause },
    );
  }
}

function versionIn(environments: unknown): string {
  const { deployed } = environments as { deployed?: { settlement?: unknown } };
  if (typeof deployed?.settlement !== 'string')
    throw new Error('environments.json names no deployed settlement program');
  return deployed.settlement;
}
