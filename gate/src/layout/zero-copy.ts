import type { Repr } from '../idl/model.ts';
import type { Encoding, Leaf } from './encoding.ts';
import { isKeptFree, join } from './encoding.ts';
import type { Shape, StructShape } from './shape.ts';
import { scalar } from './shape.ts';

/** 128-bit integers: 16 on current toolchains, 8 on those before. */
export const NATURAL = 16;
export const NATURAL_BEFORE = 8;
/** Numbers that may start anywhere: the Pod wrappers of Anchor v2 and SPL. */
export const BYTEWISE = 1;

interface Placed {
  readonly size: number;
  readonly align: number;
}

/**
 * Memory as the program maps it (`repr(C)`, `packed`, `transparent`): offsets, and gaps where alignment asks for them.
 * @param alignMax bytes; a number starts at a multiple of its size, and of no more than this
 */
export function zeroCopy(alignMax: number): Encoding {
  const place = (shape: Shape): Placed | undefined => {
    if (shape.kind === 'scalar') return { size: shape.bytes, align: Math.min(alignOf(shape), alignMax) };
    if (shape.kind === 'array') {
      const inner = place(shape.inner);
      return inner && { size: inner.size * shape.length, align: inner.align };
    }
    return shape.kind === 'struct' && isLaidOut(shape) ? placeStruct(shape) : undefined;
  };

  const placeStruct = (shape: StructShape): Placed | undefined => {
    const parts = shape.fields.map((field) => place(field.shape));
    if (parts.some((part) => part === undefined)) return undefined;
    let size = 0;
    let align = shape.repr?.align ?? 1;
    for (const part of parts as readonly Placed[]) {
      const own = shape.repr?.packed ? 1 : part.align;
      size = roundUp(size, own) + part.size;
      align = Math.max(align, own);
    }
    return { size: roundUp(size, align), align };
  };

  const leaves = (shape: Shape, path: string): readonly Leaf[] => {
    const whole = place(shape);
    if (shape.kind !== 'struct' || whole === undefined) return [{ path, shape }];
    let offset = 0;
    const parts = shape.fields.flatMap((field) => {
      const { size, align } = place(field.shape) ?? { size: 0, align: 1 };
      const start = roundUp(offset, shape.repr?.packed ? 1 : align);
      const gap = gapLeaf(start - offset, join(path, `before ${field.name}`));
      offset = start + size;
      return [...gap, ...fieldLeaves(field.name, field.shape, path, size)];
    });
    return [...parts, ...gapLeaf(whole.size - offset, join(path, 'at the end'))];
  };

  const fieldLeaves = (name: string, shape: Shape, path: string, bytes: number): readonly Leaf[] =>
    isKeptFree(name, shape)
      ? [{ path: join(path, name), shape, spare: { bytes, by: 'name' } }]
      : leaves(shape, join(path, name));

  const size = (shape: Shape): number | undefined => place(shape)?.size;
  return { leaves, fixedSize: size, zeroSize: size, maxSize: size };
}

/** Whether the order and place of fields is the source's and not the compiler's. */
export const isLaidOut = ({ repr, fields }: StructShape): boolean =>
  repr?.packed === true || repr?.kind === 'c' || (repr?.kind === 'transparent' && fields.length === 1);

const C: Repr = { kind: 'c', packed: false, align: undefined };

/** IDLs leave out the repr of structs inside; the derive behind `bytemuck` takes none that is not in the source's order. */
export const withRepr = (shape: StructShape, repr: Repr = C): StructShape => ({
  ...shape,
  repr: shape.repr ?? repr,
  fields: shape.fields.map((field) => ({ ...field, shape: partWithRepr(field.shape, repr) })),
});

function partWithRepr(shape: Shape, repr: Repr): Shape {
  if (shape.kind === 'array') return { ...shape, inner: partWithRepr(shape.inner, repr) };
  return shape.kind === 'struct' ? withRepr(shape, repr) : shape;
}

/** Whether the compiler puts bytes of its own between fields, under natural alignment. */
export function hasGaps(shape: Shape): boolean {
  return zeroCopy(NATURAL).fixedSize(shape) !== zeroCopy(BYTEWISE).fixedSize(shape);
}

const alignOf = (shape: Shape & { readonly kind: 'scalar' }): number => (shape.name === 'pubkey' ? 1 : shape.bytes);

const roundUp = (bytes: number, align: number): number => Math.ceil(bytes / align) * align;

const gapLeaf = (bytes: number, path: string): readonly Leaf[] =>
  bytes === 0
    ? []
    : [{ path, shape: { kind: 'array', inner: scalar('u8'), length: bytes }, spare: { bytes, by: 'alignment' } }];
