/**
 * `npm run generate`: rebuilds everything that is generated and committed.
 *   idl     idl/settlement.json from programs/settlement (needs Rust)
 *   proto   proto/lockstep from the IDL and the field-number lock
 *   golden  tests/golden from first principles
 *
 * --check        changes nothing; 0 all as committed, 1 a difference, 2 a part can't be
 * made, 3 the part that needs Rust was not checked
 * --only PART    one part
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildIdl, type Idl, RustMissing } from './generate/idl.ts';
import { LOCK_PATH, PROTO_FOLDER, protoFiles } from './generate/proto.ts';
import { GOLDEN_FOLDERS, goldenFiles } from './golden.ts';

const repo = join(import.meta.dirname, '..');
const IDL_PATH = 'idl/settlement.json';

const EXIT = { same: 0, differs: 1, broken: 2, unknown: 3 } as const;

/** A part owns whole folders: a file in them that it does not produce is as wrong as one that differs. */
interface Part {
  readonly folders: readonly string[];
  readonly make: () => Map<string, string>;
}

const parts: Readonly<Record<string, Part>> = {
  idl: { folders: ['idl'], make: () => new Map([[IDL_PATH, buildIdl(repo)]]) },
  proto: { folders: [PROTO_FOLDER], make: () => protoFiles(readJson<Idl>(IDL_PATH), readJson(LOCK_PATH)) },
  golden: { folders: GOLDEN_FOLDERS, make: goldenFiles },
};

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(join(repo, path), 'utf8')) as T;
}

function current(path: string): string | undefined {
  try {
    return readFileSync(join(repo, path), 'utf8');
  } catch {
    return undefined;
  }
}

function differences(folders: readonly string[], files: ReadonlyMap<string, string>): string[] {
  const changed = [...files].filter(([path, content]) => current(path) !== content).map(([path]) => path);
  const stray = folders.flatMap(filesIn).filter((path) => !files.has(path));
  return [...changed, ...stray].sort();
}

function filesIn(folder: string): string[] {
  if (!existsSync(join(repo, folder))) return [];
  return readdirSync(join(repo, folder), { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${folder}/${entry.name}`);
}

function write(files: ReadonlyMap<string, string>, paths: readonly string[]): void {
  for (const path of paths) {
    const content = files.get(path);
    if (content === undefined) {
      rmSync(join(repo, path));
    } else {
      mkdirSync(dirname(join(repo, path)), { recursive: true });
      writeFileSync(join(repo, path), content);
    }
  }
}

function runPart(name: string, part: Part, check: boolean): number {
  try {
    const files = part.make();
    const differing = differences(part.folders, files);
    if (!check) write(files, differing);
    const verdict = differing.length === 0 ? 'as committed' : check ? 'DIFFERS' : 'written';
    console.log([`${name}: ${verdict}`, ...differing.map((path) => `  ${path}`)].join('\n'));
    return check && differing.length > 0 ? EXIT.differs : EXIT.same;
  } catch (error) {
    if (!(error instanceof RustMissing)) throw error;
    console.log(`${name}: NOT ${check ? 'CHECKED' : 'REBUILT'}, it needs the Rust toolchain`);
    return EXIT.unknown;
  }
}

function main(): number {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false }, only: { type: 'string' } } });
  const chosen = Object.entries(parts).filter(([name]) => values.only === undefined || name === values.only);
  if (chosen.length === 0) {
    console.error(`generate: --only takes one of ${Object.keys(parts).join(', ')}`);
    return EXIT.broken;
  }
  const codes = chosen.map(([name, part]) => runPart(name, part, values.check));
  if (codes.includes(EXIT.differs)) {
    console.log('run `npm run generate` and commit what it writes');
    return EXIT.differs;
  }
  return Math.max(...codes);
}

try {
  process.exitCode = main();
} catch (error) {
  console.error(`generate: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = EXIT.broken;
}
