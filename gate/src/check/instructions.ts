import type { Finding } from '../finding.ts';
import { finding } from '../finding.ts';
import type { Instruction } from '../idl/model.ts';
import { borsh } from '../layout/borsh.ts';
import { compareLayouts } from '../layout/compare.ts';
import type { Resolver } from '../layout/resolve.ts';
import type { Shape } from '../layout/shape.ts';
import { describe, isUnderstood, shapeKey } from '../layout/shape.ts';
import { instruction } from '../rules/instruction.ts';
import { checkInstructionAccounts } from './instruction-accounts.ts';
import { argumentRules, findingsOf } from './layout-rules.ts';
import { pair, tag } from './pairs.ts';
import { shadows } from './shadows.ts';
import type { Sides } from './sides.ts';

/** What deployed clients send: each old instruction, taken by the new program. */
export function checkInstructions(sides: Sides): readonly Finding[] {
  const { kept, renamed, deleted, added } = pair(sides.old.instructions, sides.next.instructions);
  return [
    ...kept
      .filter(({ was, now }) => tag(was) !== tag(now))
      .map(({ was, now }) => finding(instruction.discriminator, place(now), `was ${tag(was)}, is ${tag(now)}`)),
    ...renamed.map(({ was, now }) => finding(instruction.renamed, place(now), `was called ${was.name}`)),
    ...deleted.map((was) => finding(instruction.deleted, place(was), 'it is gone')),
    ...added.map((now) => finding(instruction.added, place(now), 'it is new')),
    ...[...kept, ...renamed].flatMap(({ was, now }) => compareInstruction(was, now, sides)),
    ...shadows(sides.old.instructions, sides.next.instructions, instruction.shadowed, 'instructions'),
  ];
}

const place = ({ name }: { readonly name: string }): string => `instructions/${name}`;

function compareInstruction(was: Instruction, now: Instruction, { oldTypes, newTypes }: Sides): readonly Finding[] {
  const differences = compareLayouts(argumentsOf(was, oldTypes), argumentsOf(now, newTypes), borsh);
  return [
    ...findingsOf(differences, argumentRules, `${place(now)}/args`),
    ...checkInstructionAccounts(was.accounts, now.accounts, `${place(now)}/accounts`),
    ...compareReturns(was, now, oldTypes, newTypes),
  ];
}

const argumentsOf = ({ args, name }: Instruction, types: Resolver): Shape => ({
  kind: 'struct',
  name,
  serialization: 'borsh',
  repr: undefined,
  fields: types.fields(args),
});

function compareReturns(
  was: Instruction,
  now: Instruction,
  oldTypes: Resolver,
  newTypes: Resolver,
): readonly Finding[] {
  if (was.returns === undefined && now.returns === undefined) return [];
  const before = was.returns === undefined ? undefined : oldTypes.type(was.returns);
  const after = now.returns === undefined ? undefined : newTypes.type(now.returns);
  if (before && after && shapeKey(before) === shapeKey(after)) {
    if (isUnderstood(after)) return [];
    return [finding(instruction.unknown, `${place(now)}/returns`, `${describe(after)} is not understood`)];
  }
  const [from, to] = [before, after].map((shape) => (shape ? describe(shape) : 'nothing'));
  return [finding(instruction.returns, `${place(now)}/returns`, `was ${from}, is ${to}`)];
}
