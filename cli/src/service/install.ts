import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PackageManifest } from '../release/package.ts';
import { readManifest, readPackage } from '../release/package.ts';
import { serviceError } from './errors.ts';
import { installedFolder, layoutOf } from './layout.ts';

const run = promisify(execFile);

/**
 * Unpacks a release's package under a service's root, as a whole or not at all; one that is there already is left alone.
 * @param releaseFolder with package and manifest, as releases/relayer/0.2.0
 * @throws LockstepError RELEASE_MISSING, RELEASE_ALTERED, RELEASE_DIFFERS, PACKAGE_UNPACKABLE
 */
export async function install(root: string, releaseFolder: string): Promise<PackageManifest> {
  const { manifest, file } = await readPackage(releaseFolder);
  const { releases } = layoutOf(root);
  const folder = installedFolder(root, manifest.semver);
  if (await isInstalled(folder, manifest)) return manifest;
  await mkdir(releases, { recursive: true });
  const work = await mkdtemp(join(releases, '.unpacking-'));
  try {
    await run('tar', ['-xzf', file, '-C', work, '--strip-components=1', '--no-same-owner']).catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message.trim() : String(cause);
      throw serviceError('PACKAGE_UNPACKABLE', `${file} could not be unpacked: ${why}`, { cause });
    });
    await copyFile(join(releaseFolder, 'manifest.json'), join(work, 'manifest.json'));
    await rename(work, folder).catch(async (error: unknown) => {
      // Somebody else was faster.
      if (!(await isInstalled(folder, manifest))) throw error;
    });
    return manifest;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** @throws LockstepError RELEASE_DIFFERS when another package has this version here */
async function isInstalled(folder: string, { semver, sha256 }: PackageManifest): Promise<boolean> {
  const there = await readManifest(folder).catch(() => undefined);
  if (there === undefined) return false;
  if (there.sha256 === sha256) return true;
  throw serviceError('RELEASE_DIFFERS', `${folder} holds another package ${semver}, with sha256 ${there.sha256}`);
}
