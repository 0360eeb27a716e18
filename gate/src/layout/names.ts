import type { Leaf } from './encoding.ts';

/** What the parts of a layout are called. */
export interface Names {
  /** Paths of the parts that mean something. */
  readonly parts: ReadonlySet<string>;
  /** Paths of the structs that anything is in, and how many parts that is. */
  readonly groups: ReadonlyMap<string, number>;
}

export function namesOf(leaves: readonly Leaf[]): Names {
  const groups = new Map<string, number>();
  for (const outer of leaves.flatMap(({ path }) => above(path))) groups.set(outer, (groups.get(outer) ?? 0) + 1);
  return { parts: new Set(leaves.filter(({ spare }) => spare === undefined).map(({ path }) => path)), groups };
}

/** Whether something of this name is there, as one part, as a struct of parts, or inside of a part. */
export const knows = ({ parts, groups }: Names, path: string): boolean =>
  parts.has(path) || groups.has(path) || above(path).some((outer) => parts.has(outer));

/** Whether a part is what another one got around it: a struct with nothing else in it. */
export const isAround = ({ groups }: Names, outer: string, inner: string): boolean =>
  above(inner).includes(outer) && groups.get(outer) === 1;

function above(path: string): readonly string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join('/'));
}
