import type { Tagged } from '../idl/model.ts';

/** What became of things that have a name and a discriminator. */
export interface Pairs<T extends Tagged> {
  readonly kept: readonly { readonly was: T; readonly now: T }[];
  /** Same discriminator, another name. */
  readonly renamed: readonly { readonly was: T; readonly now: T }[];
  readonly deleted: readonly T[];
  readonly added: readonly T[];
}

/** Matches by name first, then by discriminator: names are what people keep, discriminators what the chain knows. */
export function pair<T extends Tagged>(old: readonly T[], next: readonly T[]): Pairs<T> {
  const byName = new Map(next.map((now) => [now.name, now]));
  const oldNames = new Set(old.map(({ name }) => name));
  const fresh = new Map(next.filter(({ name }) => !oldNames.has(name)).map((now) => [tag(now), now]));
  const kept: { was: T; now: T }[] = [];
  const renamed: { was: T; now: T }[] = [];
  const deleted: T[] = [];
  for (const was of old) {
    const same = byName.get(was.name);
    const other = fresh.get(tag(was));
    if (same) kept.push({ was, now: same });
    else if (other) renamed.push({ was, now: other });
    else deleted.push(was);
  }
  const taken = new Set(renamed.map(({ now }) => now));
  return { kept, renamed, deleted, added: next.filter((now) => !oldNames.has(now.name) && !taken.has(now)) };
}

export const tag = ({ discriminator }: Tagged): string => discriminator.join(',');
