import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PackagedForNode, PackageManifest } from '../../cli/src/release/package.ts';
import { packageFile } from '../../cli/src/release/package.ts';
import { writeBundle, writePackageJson } from './bundle.ts';
import { SOURCES, SPEAKS } from './packages.ts';

/** Why nothing was written; the message says what to do. */
export class Refused extends Error {}

export interface Wanted {
  readonly name: PackagedForNode;
  readonly semver: string;
}

/** Writes a release's package and manifest into `folder`, made where it is missing. @throws Refused */
export async function pack(repo: string, { name, semver }: Wanted, folder: string): Promise<PackageManifest> {
  const speaks = SPEAKS[semver];
  if (speaks === undefined) throw new Refused(`${semver} is none of ${Object.keys(SPEAKS).join(', ')}`);
  const work = mkdtempSync(join(tmpdir(), 'lockstep-release-'));
  try {
    const { engines } = JSON.parse(readFileSync(join(repo, 'package.json'), 'utf8')) as { engines: { node: string } };
    await writeBundle(repo, work, { ...SOURCES[name], semver, speaks });
    writePackageJson(work, `lockstep-${name}`, semver, engines.node);
    const packed = npmPack(work, folder, packageFile({ name, semver }));
    const manifest = { name, semver, ...packed, speaks: [...speaks], entry: 'main.mjs', node: engines.node };
    return writeManifest(folder, manifest as PackageManifest);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** npm gives every file the same time and owner, so that equal files make equal packages. @throws Refused */
export function npmPack(from: string, to: string, file: string): Pick<PackageManifest, 'sha256' | 'bytes'> {
  mkdirSync(to, { recursive: true });
  const args = ['pack', '--silent', '--ignore-scripts', '--pack-destination', to];
  const npm = process.env.npm_execpath;
  const options = { cwd: from, encoding: 'utf8' } as const;
  const done = npm ? spawnSync(process.execPath, [npm, ...args], options) : spawnSync('npm', args, options);
  if (done.status !== 0) throw new Refused(`npm pack failed: ${done.error?.message ?? done.stderr.trim()}`);
  const tgz = readFileSync(join(to, file));
  return { sha256: createHash('sha256').update(tgz).digest('hex'), bytes: tgz.length };
}

export function writeManifest(folder: string, manifest: PackageManifest): PackageManifest {
  writeFileSync(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

/** @throws Refused when the release is there and may not be replaced */
export function requireNew(
  folder: string,
  { name, semver }: Pick<PackageManifest, 'name' | 'semver'>,
  replace: boolean,
): void {
  if (replace || !existsSync(folder)) return;
  throw new Refused(
    `${name} ${semver} exists; one that was ever deployed stays as it is, any other one is replaced by --replace`,
  );
}
