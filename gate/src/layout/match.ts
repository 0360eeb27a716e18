import type { Comparison } from './difference.ts';
import { compareEnums } from './enums.ts';
import type { Shape } from './shape.ts';
import { describe, isUnderstood, shapeKey } from './shape.ts';
import type { Terms } from './terms.ts';

const FITS: Comparison = { differences: [], aligned: true };

/**
 * Compares what stands at one place.
 * @returns undefined when the types have nothing in common that could be compared further
 */
export function compareShapes(was: Shape, now: Shape, path: string, terms: Terms): Comparison | undefined {
  if (shapeKey(was) === shapeKey(now)) return isUnderstood(now) ? FITS : unresolved(now, path);
  if (isSameBytes(was, now)) {
    const detail = `was ${describe(was)}, is ${describe(now)}: the same bytes`;
    return { differences: [{ kind: 'same-bytes', path, detail }], aligned: true };
  }
  if (shapeKey(was) === 'bool' && shapeKey(now) === 'u8') {
    return { differences: [{ kind: 'flag-number', path, detail: 'was bool, is u8' }], aligned: true };
  }
  if (was.kind === 'unknown' || now.kind === 'unknown') {
    const [from, to] = [describe(was), describe(now)];
    const detail =
      from === to
        ? `a type inside of ${to} changed, and the program's own code reads it`
        : `was ${from}, is ${to}: one of them is not understood`;
    return { differences: [{ kind: 'unknown', path, detail }], aligned: false };
  }
  const inner = { ...terms, isTail: false };
  if (was.kind === 'list' && now.kind === 'list' && isTextKept(was.label, now.label)) {
    return nested(was.inner, now.inner, path, inner);
  }
  if (was.kind === 'array' && now.kind === 'array' && was.length === now.length) {
    return nested(was.inner, now.inner, path, inner);
  }
  if (was.kind === 'option' && now.kind === 'option' && was.tagBytes === now.tagBytes) {
    return nested(was.inner, now.inner, path, terms);
  }
  if (was.kind === 'map' && now.kind === 'map') {
    return both(nested(was.key, now.key, `${path}/key`, inner), nested(was.value, now.value, `${path}/value`, inner));
  }
  if (was.kind === 'enum' && now.kind === 'enum') return compareEnums(was, now, path, terms);
  // Structs in a zero-copy layout whose inside is the compiler's.
  if (was.kind === 'struct' && now.kind === 'struct') {
    const detail = `${describe(now)} changed, and its layout is the compiler's`;
    return { differences: [{ kind: 'unknown', path, detail }], aligned: false };
  }
  return undefined;
}

/** The same words on both sides may stand for two things that are defined elsewhere. */
const unresolved = (shape: Shape, path: string): Comparison => ({
  differences: [
    { kind: 'unknown', path, detail: `${describe(shape)} is, or holds, a type that the IDL does not define` },
  ],
  aligned: true,
});

const nested = (was: Shape, now: Shape, path: string, terms: Terms): Comparison =>
  terms.compare(terms.encoding.leaves(was, path), terms.encoding.leaves(now, path), terms);

const both = (one: Comparison, other: Comparison): Comparison => ({
  differences: [...one.differences, ...other.differences],
  aligned: one.aligned && other.aligned,
});

/** Any list's bytes are some list's; not every list of bytes is text. */
const isTextKept = (was: string, now: string): boolean => was === now || (now === 'vec' && was !== 'string');

const isSameBytes = (was: Shape, now: Shape): boolean =>
  (isAddress(was) && isAddress(now)) ||
  (was.kind === 'list' &&
    now.kind === 'list' &&
    was.label !== now.label &&
    now.label === 'vec' &&
    isEqual(was.inner, now.inner));

const isEqual = (one: Shape, other: Shape): boolean => shapeKey(one) === shapeKey(other);

/** 32 bytes that are compared and never counted with. */
const isAddress = (shape: Shape): boolean =>
  (shape.kind === 'scalar' && shape.name === 'pubkey') ||
  (shape.kind === 'array' && shape.length === 32 && shapeKey(shape.inner) === 'u8');
