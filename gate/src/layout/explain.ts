import type { Difference, DifferenceKind } from './difference.ts';
import type { Leaf } from './encoding.ts';
import type { Shape } from './shape.ts';
import { describe, isInteger } from './shape.ts';
import type { Terms } from './terms.ts';

interface Sides {
  readonly old: ReadonlySet<string>;
  readonly next: ReadonlySet<string>;
}

/** Names what was done where two layouts part. It only ever chooses between kinds that do not fit. */
export function explain(was: Leaf, now: Leaf, sides: Sides, { encoding }: Terms, isBehindOld: boolean): Difference {
  const before = `${was.path} (${describe(was.shape)})`;
  const after = `${now.path} (${describe(now.shape)})`;
  const wasStays = sides.next.has(was.path);
  const nowWas = sides.old.has(now.path);
  if (was.path === now.path) {
    const kind = change(was.shape, now.shape, (shape) => encoding.fixedSize(shape));
    return { kind, path: now.path, detail: `was ${describe(was.shape)}, is ${describe(now.shape)}` };
  }
  if (isBehindOld && !nowWas) return { kind: 'appended', path: now.path, detail: `${after} goes beyond ${before}` };
  if (wasStays && nowWas) return { kind: 'reordered', path: now.path, detail: `${after} is where ${before} was` };
  if (wasStays || (was.spare && !nowWas)) {
    return { kind: 'inserted', path: now.path, detail: `${after} is where ${before} was, which moved` };
  }
  if (nowWas || now.spare) {
    return { kind: 'removed', path: was.path, detail: `${after} moved to where ${before} was, which is gone` };
  }
  const kind = change(was.shape, now.shape, (shape) => encoding.fixedSize(shape));
  return { kind, path: now.path, detail: `${after} is where ${before} was` };
}

/** How one type became another. */
function change(was: Shape, now: Shape, size: (shape: Shape) => number | undefined): DifferenceKind {
  if (was.kind === 'unknown' || now.kind === 'unknown') return 'unknown';
  if ((was.kind === 'option') !== (now.kind === 'option')) return 'option-changed';
  if (was.kind === 'array' && now.kind === 'array' && was.length !== now.length) return 'array-length';
  if ((was.kind === 'list' && now.kind === 'array') || (was.kind === 'array' && now.kind === 'list'))
    return 'list-array';
  const [before, after] = [size(was), size(now)];
  if (before === undefined || after === undefined) return 'retyped';
  if (isInteger(was) && isInteger(now)) {
    if (before === after) return 'sign-changed';
    return before < after ? 'widened' : 'narrowed';
  }
  return before === after ? 'same-width' : 'retyped';
}
