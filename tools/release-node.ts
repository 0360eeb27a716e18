/**
 * `npm run -s release:node -- NAME X.Y.Z`: bundles the relayer or the feeder into one file and writes
 * releases/NAME/X.Y.Z/{lockstep-NAME-X.Y.Z.tgz, manifest.json}.
 *   --all        every version of both
 *   --replace    allow a release that exists to be replaced (only one that was never deployed)
 *   --check      the committed packages, the C++ engine's too, are whole, and start; nothing is rebuilt: source moves on, a release does not
 *
 * exit: 0 written, or whole · 1 a package is not whole · 2 wrong use, or it cannot be built
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { PackagedForNode } from '../cli/src/release/package.ts';
import { PACKAGED_FOR_NODE, packageFolder } from '../cli/src/release/package.ts';
import { checkPackages } from './release-node/check.ts';
import type { Wanted } from './release-node/pack.ts';
import { pack, Refused, requireNew } from './release-node/pack.ts';
import { SPEAKS } from './release-node/packages.ts';

const repo = join(import.meta.dirname, '..');

function wanted(all: boolean, words: readonly string[]): Wanted[] {
  if (all && words.length === 0)
    return PACKAGED_FOR_NODE.flatMap((name) => Object.keys(SPEAKS).map((semver) => ({ name, semver })));
  const [given, semver, ...rest] = words;
  const name = PACKAGED_FOR_NODE.find((candidate): candidate is PackagedForNode => candidate === given);
  if (all || name === undefined || semver === undefined || rest.length > 0)
    throw new Refused(`give ${PACKAGED_FOR_NODE.join(' or ')} and a version, or --all, or --check`);
  return [{ name, semver }];
}

async function main(): Promise<number> {
  const boolean = { type: 'boolean', default: false } as const;
  const options = { all: boolean, replace: boolean, check: boolean };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (values.check) {
    const wrong = await checkPackages();
    for (const line of wrong) console.error(`release-node: ${line}`);
    return wrong.length === 0 ? 0 : 1;
  }
  const releases = wanted(values.all, positionals);
  for (const release of releases) requireNew(packageFolder(release.name, release.semver), release, values.replace);
  for (const release of releases) {
    const { name, semver } = release;
    const { sha256, bytes } = await pack(repo, release, packageFolder(name, semver));
    console.log(`${sha256}  releases/${name}/${semver}  ${bytes} bytes`);
  }
  return 0;
}

process.exitCode = await main().catch((error: unknown) => {
  const isUse = error instanceof Refused || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS');
  console.error(`release-node: ${isUse ? (error as Error).message : ((error as Error).stack ?? error)}`);
  return 2;
});
