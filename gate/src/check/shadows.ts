import type { Finding, Rule } from '../finding.ts';
import { finding } from '../finding.ts';
import type { Tagged } from '../idl/model.ts';
import { tag } from './pairs.ts';

/**
 * Discriminators that are another's, or its start: what is told apart by how it starts is taken for the one with less.
 * What was so before is no news.
 * @param place kind of thing, as paths have it
 */
export function shadows(
  old: readonly Tagged[],
  next: readonly Tagged[],
  rule: Rule,
  place: string,
): readonly Finding[] {
  const before = new Set(shadowed(old));
  return shadowed(next)
    .filter((pairing) => !before.has(pairing))
    .map((pairing) => finding(rule, `${place}/${pairing.split(' ')[0]}`, `${pairing}'s too`));
}

function shadowed(tagged: readonly Tagged[]): readonly string[] {
  return tagged.flatMap((short) =>
    tagged
      .filter((long) => long !== short && `${tag(long)},`.startsWith(`${tag(short)},`))
      .map((long) => `${short.name} takes ${long.name}`),
  );
}
