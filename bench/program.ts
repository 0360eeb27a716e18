// `node --import tsx bench/program.ts` measures the program under test and records bench/program.json;
// with --check it fails when a number differs from the recorded one.
import { readFileSync, writeFileSync } from 'node:fs';
import { programFigures } from './program-figures.ts';

const recordedFile = new URL('program.json', import.meta.url);

/** Every number by its path, for comparing and printing. */
function flat(value: unknown, path = ''): [string, number][] {
  if (typeof value === 'number') return [[path, value]];
  return Object.entries(value ?? {}).flatMap(([key, inner]) => flat(inner, path === '' ? key : `${path}.${key}`));
}

const measured = programFigures();
for (const [path, number] of flat(measured)) console.log(`${path.padEnd(56)} ${number.toLocaleString('en')}`);

if (process.argv.includes('--check')) {
  const recorded = new Map(flat(JSON.parse(readFileSync(recordedFile, 'utf8'))));
  const now = new Map(flat(measured));
  const moved = [...new Set([...recorded.keys(), ...now.keys()])].filter(
    (path) => recorded.get(path) !== now.get(path),
  );
  for (const path of moved) console.error(`${path}: recorded ${recorded.get(path)}, measured ${now.get(path)}`);
  if (moved.length > 0) console.error('Record the new numbers with: node --import tsx bench/program.ts');
  process.exitCode = moved.length > 0 ? 1 : 0;
} else {
  writeFileSync(recordedFile, `${JSON.stringify(measured, null, 2)}\n`);
}
