import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { SPOKEN_VERSIONS } from '#client';
import { filesIn, foldersIn } from '../side/files.ts';
import type { RelayerIdentity } from './matrix.ts';
import { readPackage } from './package.ts';

export interface Relayer extends RelayerIdentity {
  /** Batch versions and schemas. */
  readonly speaks: readonly number[];
}

/** Version of the relayer that is this checkout. */
export const SOURCE = 'source';

/** What decides how a relayer built from source settles. */
const SOURCE_FOLDERS = ['relayer/src', 'client/src'];
const SOURCE_FILES = [
  'idl/settlement.json',
  'proto/lockstep/trade_v1.proto',
  'proto/lockstep/trade_v2.proto',
  'package-lock.json',
];
const NOT_RUN = /(\.test\.ts$|\/testing\/)/;

/**
 * @param version semver of a release, or `source`
 * @param repo the checkout
 * @throws LockstepError GATE_INPUT_UNREADABLE, GATE_MANIFEST_INVALID
 */
export function relayerOf(version: string, repo: string): Relayer {
  if (version === SOURCE) return { version, sha256: hashOfSource(repo), speaks: SPOKEN_VERSIONS };
  const { semver, sha256, speaks } = readPackage(join(repo, 'releases', 'relayer', version));
  return { version: semver, sha256, speaks };
}

/** Names and bytes of the files, in the order of their names. */
function hashOfSource(repo: string): string {
  const inFolders = SOURCE_FOLDERS.flatMap((folder) => filesBelow(join(repo, folder)));
  const files = [...inFolders, ...SOURCE_FILES.map((file) => join(repo, file))].sort();
  const hash = createHash('sha256');
  for (const file of files) {
    const name = relative(repo, file);
    if (NOT_RUN.test(name)) continue;
    const bytes = readFileSync(file);
    hash.update(`${name} ${bytes.length}\n`).update(bytes);
  }
  return hash.digest('hex');
}

const filesBelow = (folder: string): readonly string[] => [
  ...filesIn(folder, ''),
  ...foldersIn(folder).flatMap(filesBelow),
];
