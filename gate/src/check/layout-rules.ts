import type { Finding, Rule } from '../finding.ts';
import { finding } from '../finding.ts';
import type { Difference, DifferenceKind } from '../layout/difference.ts';
import { account } from '../rules/account.ts';
import { enums } from '../rules/enum.ts';
import { event } from '../rules/event.ts';
import { instruction } from '../rules/instruction.ts';
import { looseType } from '../rules/program.ts';
import { zeroCopy } from '../rules/zero-copy.ts';

/** Which rule a difference falls under, where it is found. */
export type LayoutRules = Readonly<Record<DifferenceKind, Rule>>;

/** One rule for each way in which a field became another type. */
const everyRetype = (rule: Rule) => ({
  widened: rule,
  narrowed: rule,
  'sign-changed': rule,
  'same-width': rule,
  'flag-number': rule,
  'option-changed': rule,
  'list-array': rule,
  'array-length': rule,
  retyped: rule,
});

const everyMove = (rule: Rule) => ({ reordered: rule, inserted: rule, removed: rule });

const everySpare = (rule: Rule) => ({ 'spare-used': rule, 'gap-used': rule, retired: rule });

export const accountRules: LayoutRules = {
  ...enums,
  ...account,
  renamed: account.renamedField,
  'gap-used': account['spare-used'],
};

export const zeroCopyRules: LayoutRules = {
  ...enums,
  ...everyMove(zeroCopy.moved),
  ...everyRetype(zeroCopy.retyped),
  ...zeroCopy,
  'flag-number': account['flag-number'],
  renamed: zeroCopy.renamedField,
};

export const argumentRules: LayoutRules = {
  ...enums,
  ...everyRetype(instruction.retyped),
  ...everySpare(instruction.spare),
  ...instruction,
  renamed: instruction.renamedField,
};

export const eventRules: LayoutRules = {
  ...enums,
  ...everyMove(event.moved),
  ...everyRetype(event.retyped),
  ...everySpare(event.spare),
  ...event,
  renamed: event.renamedField,
};

export const looseRules: LayoutRules = {
  ...enums,
  ...everyMove(looseType.changed),
  ...everyRetype(looseType.changed),
  ...everySpare(looseType.noted),
  appended: looseType.changed,
  'last-removed': looseType.noted,
  renamed: looseType.noted,
  'same-bytes': looseType.noted,
  ambiguous: looseType.unknown,
  unknown: looseType.unknown,
};

export const findingsOf = (differences: readonly Difference[], ruleOf: LayoutRules, root: string): readonly Finding[] =>
  differences.map(({ kind, path, detail }) => finding(ruleOf[kind], path === '' ? root : `${root}/${path}`, detail));
