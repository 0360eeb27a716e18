import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gateError } from '../errors.ts';
import type { ProtoSource } from '../proto/parse.ts';

/** How far above a .proto its imports are looked for. */
const IMPORT_ROOTS_MAX = 5;
const SKIPPED = new Set(['node_modules', 'target', '.git']);

/** @throws LockstepError GATE_INPUT_UNREADABLE */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw gateError('GATE_INPUT_UNREADABLE', `${file} cannot be read`, cause);
  }
}

/** @throws LockstepError GATE_INPUT_UNREADABLE */
export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (cause) {
    throw gateError('GATE_INPUT_UNREADABLE', `${path} cannot be read`, cause);
  }
}

/** Folders in a folder, by name; none when there is no such folder. */
export const foldersIn = (path: string): readonly string[] =>
  entries(path).flatMap((entry) => (entry.isDirectory() && !SKIPPED.has(entry.name) ? [join(path, entry.name)] : []));

/** Files in a folder that end so, by name. */
export const filesIn = (path: string, ending: string): readonly string[] =>
  entries(path).flatMap((entry) => (entry.isFile() && entry.name.endsWith(ending) ? [join(path, entry.name)] : []));

const entries = (path: string) =>
  existsSync(path) ? readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1)) : [];

/** Every .proto in and below a folder. */
export const protosBelow = (path: string): readonly string[] => [
  ...filesIn(path, '.proto'),
  ...foldersIn(path).flatMap(protosBelow),
];

/** These files and what they import, as far as it is there. */
export function withImports(files: readonly string[]): readonly ProtoSource[] {
  const sources = new Map<string, ProtoSource>();
  const add = (file: string): void => {
    if (sources.has(file)) return;
    const text = readText(file);
    sources.set(file, { name: file, text });
    for (const [, name = ''] of text.matchAll(/^\s*import\s+(?:public\s+|weak\s+)?["']([^"']+)["']/gm)) {
      const found = importFrom(dirname(file), name);
      if (found !== undefined) add(found);
    }
  };
  for (const file of files) add(file);
  return [...sources.values()];
}

function importFrom(folder: string, name: string): string | undefined {
  let root = folder;
  for (let up = 0; up < IMPORT_ROOTS_MAX; up++) {
    const file = join(root, name);
    if (existsSync(file)) return file;
    root = join(root, '..');
  }
  return undefined;
}
