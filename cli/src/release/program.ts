import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { SettlementIdl } from '#client';
import type { Environment } from './environments.ts';
import { ENVIRONMENTS, releaseIn } from './environments.ts';
import { RELEASES, releaseAltered, releaseMissing, SEMVER } from './folder.ts';

/** What a release of the settlement program says of itself. */
interface Manifest {
  readonly semver: string;
  /** Hex, of the object. */
  readonly sha256: string;
  /** Of the object. */
  readonly bytes: number;
  /** Hex, of the IDL's text. */
  readonly idlSha256: string;
  /** That it settles, lowest first. */
  readonly batchVersions: readonly number[];
}

/** A release that is what its manifest says. */
export interface SettlementRelease extends Manifest {
  /** Path of the object. */
  readonly file: string;
  readonly object: Buffer;
  readonly idl: SettlementIdl;
}

const SETTLEMENTS = new URL('settlement/', RELEASES);

/**
 * A release of the settlement program, verified byte for byte.
 * @param named a version, or the environment that names one
 * @throws LockstepError RELEASE_MISSING, RELEASE_ALTERED
 */
export function settlementRelease(named: string): SettlementRelease {
  const environment = ENVIRONMENTS.find((name): name is Environment => name === named);
  const semver = environment === undefined ? named : releaseIn(environment, 'settlement');
  if (!SEMVER.test(semver)) throw releaseMissing(`${semver} is no version, so no release of the settlement program`);
  const manifest = manifestOf(semver);
  const file = releaseFile(semver);
  const object = readOf(semver, 'settlement.so');
  const idl = readOf(semver, 'idl.json');
  if (sha256(object) !== manifest.sha256 || sha256(idl) !== manifest.idlSha256) {
    throw releaseAltered(`object or IDL of settlement ${semver} is not what its manifest says`);
  }
  return { ...manifest, file, object, idl: JSON.parse(idl.toString('utf8')) as SettlementIdl };
}

/** The release that runs, by releases/environments.json. @throws LockstepError RELEASE_MISSING, RELEASE_ALTERED */
export const deployedRelease = (): SettlementRelease => settlementRelease('deployed');

/** Where a release's object is. */
export const releaseFile = (semver: string = releaseIn('deployed', 'settlement')): string =>
  fileURLToPath(new URL(`${semver}/settlement.so`, SETTLEMENTS));

/** The release whose object these bytes are, zeros behind it not counted; undefined for an unknown one. */
export const releaseOf = (object: Uint8Array): string | undefined =>
  readdirSync(SETTLEMENTS)
    .map(manifestOf)
    .find(({ sha256: hash, bytes }) => {
      return sha256(object.subarray(0, bytes)) === hash && object.subarray(bytes).every((byte) => byte === 0);
    })?.semver;

const manifestOf = (semver: string): Manifest =>
  JSON.parse(readOf(semver, 'manifest.json').toString('utf8')) as Manifest;

function readOf(semver: string, name: string): Buffer {
  try {
    return readFileSync(new URL(`${semver}/${name}`, SETTLEMENTS));
  } catch (cause) {
    throw releaseMissing(`${name} of settlement ${semver}`, cause);
  }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
