import type { Finding } from '../finding.ts';
import { finding } from '../finding.ts';
import type { Tagged } from '../idl/model.ts';
import { shapeKey } from '../layout/shape.ts';
import { account } from '../rules/account.ts';
import { pair, tag } from './pairs.ts';
import { shadows } from './shadows.ts';
import type { Sides } from './sides.ts';
import { compareStored } from './stored.ts';

/** What the chain holds: each account type of the old program, read by the new one. */
export function checkAccounts(sides: Sides): readonly Finding[] {
  const { kept, renamed, deleted, added } = pair(sides.old.accounts, sides.next.accounts);
  const tags = kept
    .filter(({ was, now }) => tag(was) !== tag(now))
    .map(({ was, now }) => finding(account.discriminator, place(now), `was ${tag(was)}, is ${tag(now)}`));
  const names = renamed.map(({ was, now }) => finding(account.renamed, place(now), `was called ${was.name}`));
  const successors = new Map(deleted.map((was) => [was, successor(was, added, sides)]));
  const gone = deleted.map((was) => {
    const now = successors.get(was);
    if (!now) return finding(account.deleted, place(was), 'it is gone');
    return finding(account.discriminator, place(was), `it is ${now.name} now, with another discriminator`);
  });
  const isFresh = (now: Tagged): boolean => ![...successors.values()].includes(now);
  const fresh = added.filter(isFresh).map((now) => finding(account.added, place(now), 'it is new'));
  return [
    ...[...kept, ...renamed].flatMap(({ was, now }) => layout(was, now, sides)),
    ...tags,
    ...names,
    ...gone,
    ...fresh,
    ...shadows(sides.old.accounts, sides.next.accounts, account.shadowed, 'accounts'),
  ];
}

const place = ({ name }: Tagged): string => `accounts/${name}`;

function layout(was: Tagged, now: Tagged, { oldTypes, newTypes, sizes, isPod }: Sides): readonly Finding[] {
  const [before, after] = [oldTypes.named(was.name), newTypes.named(now.name)];
  if (!before || !after) return [finding(account.unknown, place(now), 'the IDL has no layout of it')];
  const allocated = sizes.get(now.name) ?? sizes.get(was.name);
  const room = allocated === undefined ? undefined : allocated - was.discriminator.length;
  return compareStored(before, after, place(now), { room, isPod });
}

/** The type that an old one became, when only name and discriminator changed. */
function successor(was: Tagged, added: readonly Tagged[], { oldTypes, newTypes }: Sides): Tagged | undefined {
  const key = keyOf(oldTypes.named(was.name));
  return key === undefined ? undefined : added.find(({ name }) => keyOf(newTypes.named(name)) === key);
}

const keyOf = (shape: Parameters<typeof shapeKey>[0] | undefined) =>
  shape === undefined ? undefined : shapeKey(shape);
