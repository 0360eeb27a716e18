import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Packaged } from '../../cli/src/release/package.ts';
import { PACKAGED, packageFolder } from '../../cli/src/release/package.ts';
import { install } from '../../cli/src/service/install.ts';

/** What is wrong with the committed packages: each is its manifest's, is in its folder, unpacks, and starts. */
export async function checkPackages(): Promise<string[]> {
  const root = mkdtempSync(join(tmpdir(), 'lockstep-packages-'));
  try {
    const wrong: string[] = [];
    for (const name of PACKAGED) {
      for (const semver of readdirSync(packageFolder(name, '.')).sort()) {
        const why = await trouble(join(root, name), name, semver);
        if (why !== undefined) wrong.push(`${name} ${semver}: ${why}`);
      }
    }
    return wrong;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

async function trouble(root: string, name: Packaged, semver: string): Promise<string | undefined> {
  try {
    const manifest = await install(root, packageFolder(name, semver));
    if (manifest.name !== name || manifest.semver !== semver) return `is ${manifest.name} ${manifest.semver}`;
    const main = join(root, 'releases', semver, manifest.entry);
    const version = spawnSync(process.execPath, [main, '--version'], { encoding: 'utf8' });
    if (version.stdout.trim() !== semver) return `--version says ${version.stdout.trim()} ${version.stderr.trim()}`;
    const help = spawnSync(process.execPath, [main, '--help'], { encoding: 'utf8' });
    return help.status === 0 ? undefined : `--help ended with ${help.status}: ${help.stderr.trim()}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
