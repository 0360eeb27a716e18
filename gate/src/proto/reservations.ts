import type { Finding } from '../finding.ts';
import { finding } from '../finding.ts';
import { proto as rule } from '../rules/proto.ts';
import type { Message, Reservation } from './model.ts';

/** Ranges reach to 2^29 - 1: only their ends are looked at, and what is used inside. */
export const isReserved = ({ ranges }: Reservation, number: number): boolean =>
  ranges.some(([from, to]) => from <= number && number <= to);

/** Numbers and names of removed things that are free again, and not used yet: what is used is reported as that. */
export function droppedReservations(
  was: Reservation,
  now: Reservation,
  used: ReadonlySet<number>,
  path: string,
): readonly Finding[] {
  const ranges = was.ranges
    .filter(([from, to]) => !isCovered(now, used, from, to))
    .map(([from, to]) => (from === to ? String(from) : `${from} to ${to}`));
  const names = [...was.names].filter((name) => !now.names.has(name)).map((name) => `"${name}"`);
  const dropped = [...ranges, ...names];
  return dropped.length === 0
    ? []
    : [finding(rule.reservationDropped, path, `no longer reserved: ${dropped.join(', ')}`)];
}

/** Whether every number from one end to the other is still reserved, or used. */
function isCovered(now: Reservation, used: ReadonlySet<number>, from: number, to: number): boolean {
  const ranges = [...now.ranges, ...[...used].map((number) => [number, number] as const)].sort(([a], [b]) => a - b);
  let next = from;
  for (const [start, end] of ranges) {
    if (start > next) break;
    next = Math.max(next, end + 1);
  }
  return next > to;
}

/** Numbers that extensions could have, and cannot any more; those that a field of the message has now are not lost. */
export function droppedExtensions(
  was: Message,
  now: Message,
  used: ReadonlySet<number>,
  path: string,
): readonly Finding[] {
  const left = { ranges: [...now.extensions, ...now.reserved.ranges], names: new Set<string>() };
  const dropped = was.extensions.filter(([from, to]) => !isCovered(left, used, from, to));
  const list = dropped.map(([from, to]) => `${from} to ${to}`).join(', ');
  return dropped.length === 0 ? [] : [finding(rule.extensions, path, `no longer for extensions: ${list}`)];
}
