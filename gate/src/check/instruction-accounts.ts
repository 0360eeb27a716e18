import type { Finding, Rule } from '../finding.ts';
import { finding } from '../finding.ts';
import type { InstructionAccount } from '../idl/model.ts';
import { instructionAccount as rule } from '../rules/instruction-account.ts';

type Accounts = readonly InstructionAccount[];

/** The list that old clients fill in, taken by the new program place by place. */
export function checkInstructionAccounts(old: Accounts, next: Accounts, path: string): readonly Finding[] {
  const findings: Finding[] = [];
  const [oldNames, newNames] = [old, next].map((side) => new Set(side.map(({ name }) => name)));
  const shared = Math.min(old.length, next.length);
  for (let at = 0; at < shared; at++) {
    const [was, now] = [old[at] as InstructionAccount, next[at] as InstructionAccount];
    const place = `${path}/${now.name}`;
    if (was.name !== now.name) {
      const stays = newNames?.has(was.name) === true;
      const before = oldNames?.has(now.name) === true;
      const detail = `number ${at} was ${was.name}, is ${now.name}`;
      if (stays && before)
        return [...findings, finding(isShorter(old, next) ? rule.removed : rule.reordered, place, detail)];
      if (stays) return [...findings, finding(rule.inserted, place, detail)];
      if (before) return [...findings, finding(rule.removed, `${path}/${was.name}`, detail)];
      findings.push(finding(rule.renamed, place, detail));
    }
    findings.push(...compareAccount(was, now, place));
  }
  const added = next.slice(shared).map(({ name, optional }) => {
    return finding(optional ? rule.optional : rule.required, `${path}/${name}`, 'old clients do not pass it');
  });
  const gone = old.slice(shared).map(({ name }) => finding(rule['last-removed'], `${path}/${name}`, 'it is gone'));
  return [...findings, ...added, ...gone];
}

const isShorter = (old: Accounts, next: Accounts): boolean =>
  next.length < old.length &&
  isInOrder(
    next.map(({ name }) => name),
    old.map(({ name }) => name),
  );

/** Whether the names appear in the list in their order. */
function isInOrder(names: readonly string[], list: readonly string[]): boolean {
  let from = 0;
  return names.every((name) => {
    from = list.indexOf(name, from) + 1;
    return from > 0;
  });
}

function compareAccount(was: InstructionAccount, now: InstructionAccount, path: string): readonly Finding[] {
  const findings: Finding[] = [];
  const note = (which: Rule, detail: string) => findings.push(finding(which, path, detail));
  if (now.signer && !was.signer) note(rule.signer, 'it did not have to sign');
  if (now.writable && !was.writable) note(rule.writable, 'it was read-only');
  if (was.signer && !now.signer) note(rule.relaxed, 'it had to sign');
  if (was.writable && !now.writable) note(rule.relaxed, 'it had to be writable');
  if (was.optional && !now.optional) note(rule.demanded, 'it was optional');
  if (now.optional && !was.optional) note(rule.excused, 'it was required');
  if (was.address !== now.address) findings.push(addressChange(was.address, now.address, path));
  if (was.seeds === undefined && now.seeds === undefined) return findings;
  if (was.seeds === undefined || now.seeds === undefined) {
    note(rule.seedsDeclared, now.seeds ? 'it is derived now' : 'it is no longer derived');
  } else if (was.seeds.join() !== now.seeds.join()) {
    note(rule.seeds, `was ${was.seeds.join(', ')}, is ${now.seeds.join(', ')}`);
  } else if (was.seedsProgram !== now.seedsProgram) {
    note(rule.seedsProgram, `was ${was.seedsProgram ?? 'this program'}, is ${now.seedsProgram ?? 'this program'}`);
  }
  return findings;
}

function addressChange(was: string | undefined, now: string | undefined, path: string): Finding {
  if (was === undefined) return finding(rule.addressFixed, path, `only ${now} is taken`);
  if (now === undefined) return finding(rule.relaxed, path, `only ${was} was taken`);
  return finding(rule.address, path, `was ${was}, is ${now}`);
}
