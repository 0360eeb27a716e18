import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
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

/** Where a release's object is. */
export const releaseFile = (version: string = deployedRelease().version): string =>
  fileURLToPath(new URL(`settlement/${version}/settlement.so`, RELEASES));

/** The release whose object these bytes are, zeros behind it not counted; undefined for an unknown one. */
export function releaseOf(object: Uint8Array): string | undefined {
  return readdirSync(new URL('settlement/', RELEASES)).find((version) => {
    const manifest = readFileSync(new URL(`settlement/${version}/manifest.json`, RELEASES), 'utf8');
    const { sha256, bytes } = JSON.parse(manifest) as { sha256: string; bytes: number };
    const hash = createHash('sha256').update(object.subarray(0, bytes)).digest('hex');
    return hash === sha256 && object.subarray(bytes).every((byte) => byte === 0);
  });
}

function versionIn(environments: unknown): string {
  const { deployed } = environments as { deployed?: { settlement?: unknown } };
  if (typeof deployed?.settlement !== 'string')
    throw new Error('environments.json names no deployed settlement program');
  return deployed.settlement;
}
