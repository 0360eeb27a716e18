import { readFileSync } from 'node:fs';

/** Set by tools/release-node: a package of its own has no package.json of Lockstep's beside it. */
declare const LOCKSTEP_RELEASE: string | undefined;

/** The version of this release of Lockstep. */
export function releaseVersion(): string {
  if (typeof LOCKSTEP_RELEASE !== 'undefined') return LOCKSTEP_RELEASE;
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}
