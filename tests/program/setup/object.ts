import { readFileSync } from 'node:fs';

const releases = new URL('../../../releases/', import.meta.url);

/** The object under test: the staged release, or the build that SETTLEMENT_OBJECT names. */
export function settlementObject(): Uint8Array {
  const { SETTLEMENT_OBJECT: path } = process.env;
  if (path !== undefined) return readFileSync(path);
  const environments = JSON.parse(readFileSync(new URL('environments.json', releases), 'utf8'));
  return releasedObject(environments.staged.settlement);
}

/** The object of a release. */
export const releasedObject = (semver: string): Uint8Array =>
  readFileSync(new URL(`settlement/${semver}/settlement.so`, releases));
