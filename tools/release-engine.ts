/**
 * `npm run -s release:engine -- X.Y.Z`: builds the C++ engine with its libraries in it and writes
 * releases/engine/X.Y.Z/{lockstep-engine-X.Y.Z.tgz, manifest.json}.
 *   --replace    allow a release that exists to be replaced (only one that was never deployed)
 * `npm run -s release:node -- --check` holds the committed one against its manifest, and starts it.
 *
 * exit: 0 written · 2 wrong use, or it cannot be built · 3 what it is built with is missing
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { packageFile, packageFolder } from '../cli/src/release/package.ts';
import { npmPack, Refused, requireNew, writeManifest } from './release-node/pack.ts';

const repo = join(import.meta.dirname, '..');
const NAME = 'engine';
const PROGRAM = 'lockstep-engine';
const SPEAKS = [2, 1];
const EXIT_MISSING = 3;
/** What the compiler sees of the repository. */
const SOURCES = ['engine/src', 'engine/proto', 'engine/cmake', 'engine/CMakeLists.txt', 'feeder/src', 'proto/lockstep'];
const SEEN = /(^engine\/|\.lua$|\.proto$)/;
/** Debian's packages whose code ends up in the binary; each has its terms in /usr/share/doc. */
const LIBRARIES = ['libprotobuf-dev', 'libhiredis-dev', 'zlib1g-dev', 'libstdc++-12-dev'];

class Missing extends Error {}

function release(semver: string, folder: string): void {
  const work = mkdtempSync(join(tmpdir(), 'lockstep-engine-'));
  try {
    const built = spawnSync(join(repo, 'tools/build-engine'), ['--portable', '--out', join(work, 'build')], {
      stdio: ['ignore', 2, 2],
    });
    if (built.status === EXIT_MISSING) throw new Missing('see above');
    if (built.status !== 0) throw new Refused('the build failed');
    const program = join(work, 'build', PROGRAM);
    const content = join(work, 'package');
    mkdirSync(content);
    copyFileSync(program, join(content, PROGRAM));
    chmodSync(join(content, PROGRAM), 0o755);
    copyFileSync(join(repo, 'LICENSE'), join(content, 'LICENSE'));
    writeFileSync(join(content, 'THIRD-PARTY.txt'), LIBRARIES.map(noticeOf).join(`\n${'-'.repeat(80)}\n\n`));
    const about = { name: `lockstep-${NAME}`, version: semver, license: 'Apache-2.0', bin: PROGRAM };
    const place = { os: ['linux'], cpu: ['x64'], libc: ['glibc'] };
    writeFileSync(join(content, 'package.json'), `${JSON.stringify({ ...about, ...place }, null, 2)}\n`);
    const { sha256, bytes } = npmPack(content, folder, packageFile({ name: NAME, semver }));
    writeManifest(folder, {
      ...{ name: NAME, semver, sha256, bytes, speaks: [...SPEAKS] as [number, ...number[]], entry: PROGRAM },
      needs: { os: 'linux', cpu: 'x86-64', glibc: glibcOf(program) },
      built: {
        sourceSha256: sourceHash(),
        compiler: said('g++', ['--version']),
        protobuf: said('protoc', ['--version']),
        hiredis: said('dpkg-query', ['--show', 'libhiredis-dev']).replace(/\s+/g, ' '),
      },
    });
    console.log(`${sha256}  releases/${NAME}/${semver}  ${bytes} bytes`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The newest C library a symbol of it asks for. */
function glibcOf(program: string): string {
  const { stdout } = spawnSync('objdump', ['-T', program], { encoding: 'utf8' });
  const versions = [...stdout.matchAll(/GLIBC_(\d+)\.(\d+)/g)].map(([, major, minor]) => [
    Number(major),
    Number(minor),
  ]);
  const newest = versions.sort(([a = 0, b = 0], [c = 0, d = 0]) => a - c || b - d).at(-1);
  if (newest === undefined) throw new Refused('objdump (Debian: binutils) does not tell which C library it needs');
  return newest.join('.');
}

/** Names and bytes of the files, in the order of their names; and the version that is compiled in. */
function sourceHash(): string {
  const hash = createHash('sha256');
  const files = SOURCES.flatMap((source) => filesBelow(join(repo, source))).map((file) => relative(repo, file));
  for (const file of files.filter((name) => SEEN.test(name) || name.startsWith('proto/')).sort()) {
    const bytes = readFileSync(join(repo, file));
    hash.update(`${file} ${bytes.length}\n`).update(bytes);
  }
  return hash.update(versionOfTree()).digest('hex');
}

const filesBelow = (path: string): string[] =>
  statSync(path).isFile() ? [path] : readdirSync(path).flatMap((name) => filesBelow(join(path, name)));

const noticeOf = (name: string): string =>
  `${name}\n\n${readFileSync(`/usr/share/doc/${name}/copyright`, 'utf8').trim()}\n`;

function said(command: string, args: readonly string[]): string {
  const { stdout, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (error !== undefined) throw new Refused(`${command}: ${error.message}`);
  return stdout.split('\n')[0]?.trim() ?? '';
}

const versionOfTree = (): string =>
  (JSON.parse(readFileSync(join(repo, 'package.json'), 'utf8')) as { version: string }).version;

function main(): number {
  const replace = { type: 'boolean', default: false } as const;
  const { values, positionals } = parseArgs({ options: { replace }, allowPositionals: true });
  const [semver, ...rest] = positionals;
  if (semver === undefined || rest.length > 0) throw new Refused('give one version');
  // It is compiled in, and what it says of itself.
  if (semver !== versionOfTree()) throw new Refused(`this tree is ${versionOfTree()}, not ${semver}`);
  const folder = packageFolder(NAME, semver);
  requireNew(folder, { name: NAME, semver }, values.replace);
  release(semver, folder);
  return 0;
}

try {
  process.exitCode = main();
} catch (error) {
  const isUse = error instanceof Refused || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS');
  const isTold = isUse || error instanceof Missing;
  console.error(`release-engine: ${isTold ? (error as Error).message : ((error as Error).stack ?? error)}`);
  process.exitCode = error instanceof Missing ? EXIT_MISSING : 2;
}
