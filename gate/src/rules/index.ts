import type { Rule } from '../finding.ts';
import { account } from './account.ts';
import { enums } from './enum.ts';
import { event } from './event.ts';
import { instruction } from './instruction.ts';
import { instructionAccount } from './instruction-account.ts';
import { constant, errorCode, looseType, meta } from './program.ts';
import { proto } from './proto.ts';
import { replay } from './replay.ts';
import { release, wire } from './wire.ts';
import { zeroCopy } from './zero-copy.ts';

/** Every rule, by theme, in the order of its documentation. */
export const THEMES: ReadonlyMap<string, readonly Rule[]> = new Map(
  Object.entries({
    'Accounts in borsh': account,
    'Zero-copy accounts': zeroCopy,
    Enums: enums,
    Instructions: instruction,
    'Accounts of instructions': instructionAccount,
    Events: event,
    'Error codes': errorCode,
    Constants: constant,
    'Types that nothing refers to': looseType,
    'The IDL as a whole': meta,
    Protobuf: proto,
    'Program, protobuf and packages together': wire,
    Releases: release,
    'Recorded runs of releases': replay,
  }).map(([title, theme]) => [title, Object.values<Rule>(theme)] as const),
);

export const RULES: readonly Rule[] = [...THEMES.values()].flat();
