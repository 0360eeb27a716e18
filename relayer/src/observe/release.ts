import { readFileSync } from 'node:fs';

/** The version of this release of Lockstep. */
export function releaseVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
  return String(manifest.version);
}
