import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Packaged } from '../../cli/src/release/package.ts';
import { PACKAGED, packageFolder } from '../../cli/src/release/package.ts';
import { install } from '../../cli/src/service/install.ts';
import { startedBy } from '../../cli/src/service/launch.ts';

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
    const [file, ...words] = startedBy(join(root, 'releases', semver, manifest.entry));
    const said = (option: string) => spawnSync(file, [...words, option], { encoding: 'utf8' });
    const version = said('--version');
    const wanted = manifest.name === 'engine' ? `lockstep-engine ${semver} speaks ${manifest.speaks}` : semver;
    if (version.stdout?.trim() !== wanted) {
      return `--version says ${version.stdout?.trim()} ${version.error?.message ?? version.stderr.trim()}`;
    }
    const help = said('--help');
    return help.status === 0 ? undefined : `--help ended with ${help.status}: ${help.stderr.trim()}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
