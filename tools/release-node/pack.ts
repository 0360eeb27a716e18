import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Packaged, PackageManifest } from '../../cli/src/release/package.ts';
import { packageFile } from '../../cli/src/release/package.ts';
import { writeBundle, writePackageJson } from './bundle.ts';
import { SOURCES, SPEAKS } from './packages.ts';

/** Why nothing was written; the message says what to do. */
export class Refused extends Error {}

export interface Wanted {
  readonly name: Packaged;
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
    mkdirSync(folder, { recursive: true });
    npmPack(work, folder);
    const file = packageFile({ name, semver });
    const tgz = readFileSync(join(folder, file));
    const sha256 = createHash('sha256').update(tgz).digest('hex');
    const manifest = { name, semver, sha256, bytes: tgz.length, speaks: [...speaks], entry: 'main.mjs' as const };
    const whole: PackageManifest = { ...manifest, node: engines.node } as PackageManifest;
    writeFileSync(join(folder, 'manifest.json'), `${JSON.stringify(whole, null, 2)}\n`);
    return whole;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** npm gives every file the same time and owner, so that equal files make equal packages. */
function npmPack(from: string, to: string): void {
  const args = ['pack', '--silent', '--ignore-scripts', '--pack-destination', to];
  const npm = process.env.npm_execpath;
  const options = { cwd: from, encoding: 'utf8' } as const;
  const done = npm ? spawnSync(process.execPath, [npm, ...args], options) : spawnSync('npm', args, options);
  if (done.status !== 0) throw new Refused(`npm pack failed: ${done.error?.message ?? done.stderr.trim()}`);
}

/** @throws Refused when the release is there and may not be replaced */
export function requireNew(folder: string, { name, semver }: Wanted, replace: boolean): void {
  if (replace || !existsSync(folder)) return;
  throw new Refused(
    `${name} ${semver} exists; one that was ever deployed stays as it is, any other one is replaced by --replace`,
  );
}
