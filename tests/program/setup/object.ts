import { readFileSync } from 'node:fs';

const releases = new URL('../../../releases/', import.meta.url);

/** The object under test: the deployed release, or the build that SETTLEMENT_OBJECT names. */
export function settlementObject(): Uint8Array {
  const { SETTLEMENT_OBJECT: path } = process.env;
  if (path !== undefined) return readFileSync(path);
  const environments = JSON.parse(readFileSync(new URL('environments.json', releases), 'utf8'));
  return readFileSync(new URL(`settlement/${environments.deployed.settlement}/settlement.so`, releases));
}
