import type { Finding } from '../finding.ts';
import { finding } from '../finding.ts';
import { wire } from '../rules/wire.ts';
import type { Manifest } from '../side/manifest.ts';
import type { Side, Unit } from '../side/side.ts';

/** Kinds of file, and programs, that the old side has and the new one does not: with nothing to hold them against, nothing was found. */
export function checkLost(old: Side, next: Side): readonly Finding[] {
  const isScope = next.length === 1 && next.every(({ isFile }) => isFile);
  const rule = isScope ? wire.aside : wire.lost;
  return lostPrograms(old, next)
    .concat(lostProtos(old, next))
    .map(({ path, detail }) => finding(rule, path, detail));
}

interface Loss {
  readonly path: string;
  readonly detail: string;
}

function lostPrograms(old: Side, next: Side): Loss[] {
  const had = old.filter(({ program }) => program);
  if (had.length === 0 || areOthers(next, had)) return [];
  const [names, left] = [namesOf(old), namesOf(next)];
  // One program on each side is the same one, whatever it is called.
  if (names.size === 1 && left.size === 1) return [];
  if (left.size === 0) return [{ path: 'sides/idl', detail: `OLD has IDLs (${[...names].join(', ')}), NEW has none` }];
  return [...names]
    .filter((name) => !left.has(name))
    .map((name) => ({ path: `sides/idl/${name}`, detail: `OLD has the program ${name}, NEW does not` }));
}

function lostProtos(old: Side, next: Side): Loss[] {
  const had = old.filter(({ proto }) => proto);
  if (had.length === 0 || areOthers(next, had) || next.some(({ proto }) => proto)) return [];
  const labels = had.map(({ label }) => label).join(', ');
  return [{ path: 'sides/proto', detail: `OLD has .proto files (${labels}), NEW has none` }];
}

/** Names of a side's programs. */
export const namesOf = (side: Side): ReadonlySet<string> =>
  new Set(side.flatMap(({ program }) => (program ? [program.idl.name] : [])));

/** Packages of other components: a feeder is held against a program it has to work with, and is not meant to hold what that holds. */
const areOthers = (next: Side, had: readonly Unit[]): boolean =>
  next.every(
    ({ manifest }) => manifest && !isProgram(manifest.content) && !had.some((was) => isSame(was, manifest.content)),
  );

/** What settles batches is a program, by whatever name. */
const isProgram = ({ settles }: Manifest): boolean => settles !== undefined;

const isSame = (was: Unit, { name }: Manifest): boolean => componentsOf(was).includes(name);

const componentsOf = ({ manifest, program }: Unit): readonly string[] =>
  [manifest?.content.name, program?.idl.name].filter((name) => name !== undefined);
