import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { gateError } from '../errors.ts';
import type { EngineIdentity } from './matrix.ts';
import type { Package } from './package.ts';
import { readPackage } from './package.ts';

/** An engine that can be named and, by whoever knows how, run. */
export interface Engine extends EngineIdentity {
  /** A release, or what a shell would run: docs/reference/engine.md, "Trying an engine". */
  readonly source: { readonly package: Package } | { readonly command: string };
}

const RELEASE = /^([a-z-]+)@(\d+\.\d+\.\d+(?:\+[0-9a-z-]+)?)$/;

/**
 * What `--engine` names: `NAME@SEMVER` of releases/, a folder with package and manifest, a program, or a command line.
 * @param releases the folder releases/
 * @throws LockstepError GATE_ENGINE_UNKNOWN, GATE_RELEASE_MISSING, GATE_MANIFEST_INVALID
 */
export function engineOf(given: string, releases: string): Engine {
  const [, name, semver] = RELEASE.exec(given) ?? [];
  if (name !== undefined && semver !== undefined) return named(name, semver, releases);
  if (existsSync(join(given, 'manifest.json'))) return released(given, undefined);
  return commanded(given);
}

function named(name: string, semver: string, releases: string): Engine {
  const shelf = join(releases, name);
  const given = `${name}@${semver}`;
  if (existsSync(join(shelf, semver, 'manifest.json'))) return released(join(shelf, semver), given);
  const there = existsSync(shelf) ? readdirSync(shelf).join(', ') : 'none of that name';
  throw gateError('GATE_RELEASE_MISSING', `there is no release ${given}: releases/ has ${there}`);
}

function released(folder: string, name: string | undefined): Engine {
  const read = readPackage(folder);
  return { name: name ?? `${read.name}@${read.semver}`, sha256: read.sha256, source: { package: read } };
}

/**
 * A program alone is the hash of its bytes, as sha256sum says it. Of a command line every word counts: the bytes of a file, the
 * text of anything else. What a script loads is not seen.
 */
function commanded(given: string): Engine {
  const words = wordsOf(given);
  const [program = '', ...rest] = words;
  const file = programFile(program);
  if (file === undefined) {
    throw gateError(
      'GATE_ENGINE_UNKNOWN',
      `${given === '' ? 'an empty text' : given} is no release, package or program`,
    );
  }
  if (rest.length === 0) return { name: given, sha256: digest(readFileSync(file)), source: { command: quoted(file) } };
  const parts = [file, ...rest].map((word, at) => {
    return at === 0 || isFile(word) ? `file ${digest(readFileSync(word))}` : `text ${word}`;
  });
  return {
    name: given,
    sha256: digest(parts.join('\n')),
    source: { command: [quoted(file), ...rest.map(quoted)].join(' ') },
  };
}

/** As a shell splits a simple command: words, and quotes around one. */
const wordsOf = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, double, single, bare]) => double ?? single ?? bare ?? '');

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

function programFile(word: string): string | undefined {
  if (word === '') return undefined;
  const folders = word.includes('/') ? [''] : ['.', ...(process.env.PATH ?? '').split(delimiter)];
  return folders.map((folder) => resolve(folder, word)).find((file) => isFile(file) && isExecutable(file));
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const digest = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
