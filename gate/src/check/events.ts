import type { Finding } from '../finding.ts';
import { finding } from '../finding.ts';
import type { Tagged } from '../idl/model.ts';
import { borsh } from '../layout/borsh.ts';
import { compareLayouts } from '../layout/compare.ts';
import { event } from '../rules/event.ts';
import { eventRules, findingsOf } from './layout-rules.ts';
import { pair, tag } from './pairs.ts';
import { shadows } from './shadows.ts';
import type { Sides } from './sides.ts';

/** What indexers read: each old event, as the new program writes it. */
export function checkEvents(sides: Sides): readonly Finding[] {
  const { kept, renamed, deleted, added } = pair(sides.old.events, sides.next.events);
  return [
    ...kept
      .filter(({ was, now }) => tag(was) !== tag(now))
      .map(({ was, now }) => finding(event.discriminator, place(now), `was ${tag(was)}, is ${tag(now)}`)),
    ...renamed.map(({ was, now }) => finding(event.renamed, place(now), `was called ${was.name}`)),
    ...deleted.map((was) => finding(event.deleted, place(was), 'it is gone')),
    ...added.map((now) => finding(event.added, place(now), 'it is new')),
    ...[...kept, ...renamed].flatMap(({ was, now }) => compareEvent(was, now, sides)),
    ...shadows(sides.old.events, sides.next.events, event.shadowed, 'events'),
  ];
}

const place = ({ name }: Tagged): string => `events/${name}`;

function compareEvent(was: Tagged, now: Tagged, { oldTypes, newTypes }: Sides): readonly Finding[] {
  const [before, after] = [oldTypes.named(was.name), newTypes.named(now.name)];
  if (!before || !after) return [finding(event.unknown, place(now), 'the IDL has no layout of it')];
  return findingsOf(compareLayouts(before, after, borsh), eventRules, place(now));
}
