import type { Finding } from '../finding.ts';
import { finding } from '../finding.ts';
import { proto as rule } from '../rules/proto.ts';
import type { Enum } from './model.ts';
import { droppedReservations, isReserved } from './reservations.ts';

/** An enum value is its number, which may have several names. */
export function compareEnum(was: Enum, now: Enum, path: string): readonly Finding[] {
  const [before, after] = [namesByNumber(was), namesByNumber(now)];
  const [oldNames, newNames] = [was, now].map(({ values }) => new Set(values.map(({ name }) => name)));
  const kept = [...before].flatMap(([number, names]): readonly Finding[] => {
    const place = `${path}/${names[0]}`;
    const there = after.get(number);
    if (there?.some((name) => names.includes(name))) return [];
    const isMoved = names.some((name) => newNames?.has(name)) || there?.some((name) => oldNames?.has(name)) === true;
    const detail = `${number} was ${names.join(', ')}, is ${there?.join(', ') ?? 'gone'}`;
    if (isMoved) return [finding(rule.valueRenumbered, place, detail)];
    if (there) return [finding(rule.fieldRenamed, `${path}/${there[0]}`, detail)];
    return [finding(isReserved(now.reserved, number) ? rule.fieldReserved : rule.valueDeleted, place, detail)];
  });
  const added = now.values
    .filter(({ name, number }) => !before.has(number) && !oldNames?.has(name))
    .map(({ name, number }) => {
      const isReused = isReserved(was.reserved, number);
      return finding(isReused ? rule.valueRenumbered : rule.valueAdded, `${path}/${name}`, `${number} is new`);
    });
  const opened = finding(rule.closedness, path, now.isClosed ? 'it is closed now' : 'it is open now');
  return [
    ...kept,
    ...added,
    ...droppedReservations(was.reserved, now.reserved, new Set(after.keys()), path),
    ...(was.isClosed === now.isClosed ? [] : [opened]),
  ];
}

function namesByNumber({ values }: Enum): ReadonlyMap<number, readonly string[]> {
  const names = new Map<number, string[]>();
  for (const { name, number } of values) names.set(number, [...(names.get(number) ?? []), name]);
  return names;
}
