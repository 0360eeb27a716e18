import { readFileSync } from 'node:fs';

const releases = new URL('../../../releases/', import.meta.url);

/** The object under test: the staged release, or the build that SETTLEMENT_OBJECT names. */
export function settlementObject(): Uint8Array {
  const { SETTLEMENT_OBJECT: path } = process.env;
  if (path !== undefined) return readFileSync(path);
  return releasedObject(stagedSemver());
}

/** The object of the staged release's build without version 1. */
export const withoutV1 = (): Uint8Array => releasedObject(`${stagedSemver()}+v2-only`);

const stagedSemver = (): string =>
  JSON.parse(readFileSync(new URL('environments.json', releases), 'utf8')).staged.settlement;

/** The object of a release. */
export const releasedObject = (semver: string): Uint8Array =>
  readFileSync(new URL(`settlement/${semver}/settlement.so`, releases));
