import type { Finding, Rule } from '../finding.ts';
import { finding } from '../finding.ts';
import { LEGACY } from '../idl/legacy.ts';
import type { Idl } from '../idl/model.ts';
import { namesIn } from '../idl/reach.ts';
import { looseType } from '../rules/program.ts';
import type { Sides } from './sides.ts';
import { compareStored } from './stored.ts';

/** Types that only people refer to: trades inside an opaque argument, entries behind an account's header. */
export function checkLooseTypes({ old, next, oldTypes, newTypes, isPod }: Sides): readonly Finding[] {
  const reached = reachable(old);
  const newNames = new Set(next.types.map(({ name }) => name));
  const loose = old.types.filter((type) => !reached.has(type.name) && type.generics.length === 0);
  const kept = loose.flatMap(({ name }) => {
    const place = `types/${name}`;
    if (!newNames.has(name)) return [finding(looseType.deleted, place, 'it is gone')];
    const [before, after] = [oldTypes.named(name), newTypes.named(name)];
    if (!before || !after) return [];
    const findings = compareStored(before, after, place, { room: undefined, isPod });
    return findings.map((found) => asLoose(found, old.spec === LEGACY));
  });
  const oldNames = new Set(old.types.map(({ name }) => name));
  const nowReached = reachable(next);
  const added = next.types
    .filter(({ name }) => !oldNames.has(name) && !nowReached.has(name))
    .map(({ name }) => finding(looseType.added, `types/${name}`, 'it is new'));
  return [...kept, ...added];
}

/** The form before specs lists every type that could be coded, whether anything ever was or not. */
function asLoose({ rule, path, detail }: Finding, isListedAnyway: boolean): Finding {
  return finding(isListedAnyway ? looseType.noted : looseRule(rule), path, `${rule.title}: ${detail}`);
}

function looseRule({ severity }: Rule): Rule {
  if (severity === 'unknown') return looseType.unknown;
  return severity === 'warning' || severity === 'safe' ? looseType.noted : looseType.changed;
}

/** Names of all types that accounts, events, arguments and answers are made of. */
function reachable(idl: Idl): ReadonlySet<string> {
  const types = new Map(idl.types.map((type) => [type.name, type]));
  const reached = new Set<string>();
  const visit = (name: string): void => {
    const type = types.get(name);
    if (!type || reached.has(name)) return;
    reached.add(name);
    for (const inner of namesIn(type.body)) visit(inner);
  };
  for (const { name } of [...idl.accounts, ...idl.events]) visit(name);
  for (const { args, returns } of idl.instructions) {
    for (const name of namesIn([args.map(({ type }) => type), returns])) visit(name);
  }
  return reached;
}
