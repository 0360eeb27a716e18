import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { Program } from '#gate/can-ship';
import { programAt } from '#gate/can-ship';
import { REPO } from './try.ts';

/** What the build reads. */
const SOURCES = [
  'programs',
  'Cargo.toml',
  'Cargo.lock',
  'rustfmt.toml',
  'Anchor.toml',
  'tools',
  'idl',
  'proto',
  'package.json',
];
const ROUNDED_UP = ' + (BPS_PER_ONE - 1)) / BPS_PER_ONE';
const EXIT_NO_TOOLCHAIN = 3;

let built: Program | string | undefined;

/** The program of this checkout with every fee rounded down; why not, where its toolchain is not there. */
export function roundingDown(): Program | string {
  built ??= build();
  return built;
}

function build(): Program | string {
  const work = mkdtempSync(join(tmpdir(), 'lockstep-rounding-'));
  after(() => rmSync(work, { recursive: true, force: true }));
  for (const source of SOURCES) cpSync(join(REPO, source), join(work, source), { recursive: true });
  symlinkSync(join(REPO, 'node_modules'), join(work, 'node_modules'));
  const math = join(work, 'programs/settlement/src/math.rs');
  const text = readFileSync(math, 'utf8');
  if (text.split(ROUNDED_UP).length !== 3) throw new Error('math.rs does not round as this test knows it');
  writeFileSync(math, text.replaceAll(ROUNDED_UP, ') / BPS_PER_ONE'));
  const { status, stderr } = spawnSync(join(work, 'tools/build-program'), ['--upstream'], { encoding: 'utf8' });
  if (status === EXIT_NO_TOOLCHAIN)
    return `the toolchain of the program is not there: ${stderr.trim().split('\n').at(-1)}`;
  if (status !== 0) throw new Error(`the program was not built: ${stderr}`);
  return programAt(join(work, 'target/deploy/settlement.so'), join(REPO, 'idl/settlement.json'), 'rounding down');
}
