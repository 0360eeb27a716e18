import type { Leaf } from './encoding.ts';

/** What the parts of a layout are called. */
export interface Names {
  /** Paths of the parts that mean something. */
  readonly parts: ReadonlySet<string>;
  /** Paths of the structs they are in. */
  readonly groups: ReadonlySet<string>;
}

export function namesOf(leaves: readonly Leaf[]): Names {
  const paths = leaves.filter(({ spare }) => spare === undefined).map(({ path }) => path);
  return { parts: new Set(paths), groups: new Set(paths.flatMap(above)) };
}

/** Whether something of this name is there, as one part, as a struct of parts, or inside of a part. */
export const knows = ({ parts, groups }: Names, path: string): boolean =>
  parts.has(path) || groups.has(path) || above(path).some((outer) => parts.has(outer));

/** Whether one is the struct that the other is in. */
export const isWithin = (one: string, other: string): boolean =>
  above(one).includes(other) || above(other).includes(one);

function above(path: string): readonly string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join('/'));
}
