import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gateError } from '../errors.ts';
import { readText } from '../side/files.ts';
import { parseManifest } from '../side/manifest.ts';

/** A released package that is what its manifest says. */
export interface Package {
  readonly name: string;
  readonly semver: string;
  /** Hex, of the .tgz. */
  readonly sha256: string;
  /** With package and manifest. */
  readonly folder: string;
  /** Schemas and batch versions. */
  readonly speaks: readonly number[];
}

/** @throws LockstepError GATE_INPUT_UNREADABLE, GATE_MANIFEST_INVALID */
export function readPackage(folder: string): Package {
  const file = join(folder, 'manifest.json');
  const { name, semver, sha256, speaks } = parseManifest(readText(file), file);
  const tgz = join(folder, `lockstep-${name}-${semver}.tgz`);
  const found = hashOfFile(tgz);
  if (sha256 !== found) {
    throw gateError('GATE_MANIFEST_INVALID', `${tgz} has sha256 ${found}, and its manifest says ${sha256 ?? 'none'}`);
  }
  return { name, semver, sha256: found, folder, speaks: speaks ?? [] };
}

/** Hex. @throws LockstepError GATE_INPUT_UNREADABLE */
export function hashOfFile(file: string): string {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('hex');
  } catch (cause) {
    throw gateError('GATE_INPUT_UNREADABLE', `${file} cannot be read`, cause);
  }
}
