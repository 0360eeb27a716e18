import { statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gateError } from '../errors.ts';
import { isFolder, readText } from '../side/files.ts';
import { parseManifest } from '../side/manifest.ts';
import type { ProgramIdentity } from './matrix.ts';
import { hashOfFile } from './package.ts';

/** A program's object, and where it is. */
export interface Program extends ProgramIdentity {
  /** Path of the object. */
  readonly file: string;
}

export const ENVIRONMENTS = ['deployed', 'staged'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

/**
 * The release of a component that an environment names.
 * @param releases the folder releases/
 * @throws LockstepError GATE_INPUT_UNREADABLE, GATE_MANIFEST_INVALID
 */
export function semverIn(environment: Environment, component: string, releases: string): string {
  const file = join(releases, 'environments.json');
  const named = (JSON.parse(readText(file)) as Partial<Record<string, Record<string, unknown>>>)[environment]?.[
    component
  ];
  if (typeof named === 'string') return named;
  throw gateError('GATE_MANIFEST_INVALID', `${file} names no ${environment} ${component}`);
}

/** @throws LockstepError GATE_INPUT_UNREADABLE, GATE_MANIFEST_INVALID */
export function releasedProgram(semver: string, releases: string): Program {
  const folder = join(releases, 'settlement', semver);
  const manifest = parseManifest(readText(join(folder, 'manifest.json')), join(folder, 'manifest.json'));
  const program = programAt(join(folder, 'settlement.so'), join(folder, 'idl.json'), `settlement ${semver}`);
  if (program.sha256 !== manifest.sha256 || program.idlSha256 !== manifest.idlSha256) {
    throw gateError('GATE_MANIFEST_INVALID', `object or IDL in ${folder} is not what its manifest says`);
  }
  return program;
}

/**
 * An object and its IDL given by path; without one the IDL beside it, else the checkout's, is meant.
 * @throws LockstepError GATE_INPUT_UNREADABLE
 */
export function programAt(file: string, idl: string, name = basename(dirname(file))): Program {
  if (isFolder(file)) throw gateError('GATE_INPUT_UNREADABLE', `${file} is a folder, not a program's object`);
  return { name, file, bytes: statSync(file).size, sha256: hashOfFile(file), idlSha256: hashOfFile(idl) };
}
