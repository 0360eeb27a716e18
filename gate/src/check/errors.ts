import type { Finding } from '../finding.ts';
import { finding } from '../finding.ts';
import type { ProgramError } from '../idl/model.ts';
import { errorCode } from '../rules/program.ts';

/** Codes that deployed clients act on. */
export function checkErrors(old: readonly ProgramError[], next: readonly ProgramError[]): readonly Finding[] {
  const byCode = new Map(next.map((now) => [now.code, now]));
  const byName = new Map(next.map((now) => [now.name, now]));
  const oldNames = new Set(old.map(({ name }) => name));
  const oldCodes = new Set(old.map(({ code }) => code));
  const kept = old.flatMap((was): readonly Finding[] => {
    const place = `errors/${was.name}`;
    const named = byName.get(was.name);
    if (named && named.code !== was.code) {
      return [finding(errorCode.renumbered, place, `was ${was.code}, is ${named.code}`)];
    }
    if (named)
      return named.msg === was.msg ? [] : [finding(errorCode.message, place, `was "${was.msg}", is "${named.msg}"`)];
    const there = byCode.get(was.code);
    // One that moved here is reported under its own name.
    if (there && oldNames.has(there.name))
      return [finding(errorCode.deleted, place, `${was.code} is ${there.name} now`)];
    if (!there) return [finding(errorCode.deleted, place, `${was.code} is gone`)];
    const which = there.msg === was.msg ? errorCode.renamed : errorCode.reused;
    return [finding(which, `errors/${there.name}`, `${was.code} was ${was.name}: "${was.msg}"`)];
  });
  const added = next
    .filter(({ name, code }) => !oldNames.has(name) && !oldCodes.has(code))
    .map(({ name, code }) => finding(errorCode.added, `errors/${name}`, `${code} is new`));
  return [...kept, ...added, ...shared(old, next)];
}

/** Codes that two errors have; what was so before is no news. */
function shared(old: readonly ProgramError[], next: readonly ProgramError[]): readonly Finding[] {
  const before = new Set(pairsOf(old).map(([one, other]) => `${one.name} ${other.name}`));
  return pairsOf(next)
    .filter(([one, other]) => !before.has(`${one.name} ${other.name}`) && !before.has(`${other.name} ${one.name}`))
    .map(([one, other]) => finding(errorCode.shared, `errors/${other.name}`, `${other.code} is ${one.name}'s too`));
}

const pairsOf = (errors: readonly ProgramError[]): readonly (readonly [ProgramError, ProgramError])[] =>
  errors.flatMap((one, at) =>
    errors.slice(at + 1).flatMap((other) => (other.code === one.code ? [[one, other] as const] : [])),
  );
