import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { Program } from '#gate/can-ship';
import { programAt } from '#gate/can-ship';

/** `add64 REGISTER, 9999`: what makes a fee round up. */
const ADD = 0x07;
const ROUNDING = 9_999;
const INSTRUCTION_BYTES = 8;
const IMMEDIATE_AT = 4;
const TEXT_START = 0xe8;
/** V1 and V2 each charge two sides. */
const LEAST_PLACES = 4;

/** A released program with every fee rounded down, by its bytes: no toolchain is needed. */
export function roundingDown({ file, name }: Program): Program {
  const object = readFileSync(file);
  let places = 0;
  for (let at = TEXT_START; at + INSTRUCTION_BYTES <= object.length; at += INSTRUCTION_BYTES) {
    if (object[at] !== ADD || object.readInt32LE(at + IMMEDIATE_AT) !== ROUNDING) continue;
    object.writeInt32LE(0, at + IMMEDIATE_AT);
    places += 1;
  }
  if (places < LEAST_PLACES)
    throw new Error(`${name} rounds up at ${places} places: it is built otherwise than this knows`);
  const dir = mkdtempSync(join(tmpdir(), 'lockstep-rounding-'));
  after(() => rmSync(dir, { recursive: true, force: true }));
  const mutant = join(dir, 'settlement.so');
  writeFileSync(mutant, object);
  return programAt(mutant, join(file, '..', 'idl.json'), `${name}, rounding down`);
}
