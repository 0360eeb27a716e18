import type { Encoding, Leaf } from './encoding.ts';
import { isKeptFree, join, total } from './encoding.ts';
import type { FieldShape, Shape, VariantShape } from './shape.ts';

const LENGTH_BYTES = 4;
const TAG_BYTES = 1;

/** Borsh: fields one after the other, nothing between. */
export const borsh: Encoding = { leaves, fixedSize, zeroSize, maxSize };

function leaves(shape: Shape, path: string): readonly Leaf[] {
  if (shape.kind !== 'struct') return [{ path, shape }];
  return shape.fields.flatMap((field) => {
    const spare = isKeptFree(field.name, field.shape) ? fixedSize(field.shape) : undefined;
    const inner = join(path, field.name);
    return spare === undefined
      ? leaves(field.shape, inner)
      : [{ path: inner, shape: field.shape, spare: { bytes: spare, by: 'name' as const } }];
  });
}

function fixedSize(shape: Shape): number | undefined {
  const least = zeroSize(shape);
  return least !== undefined && least === maxSize(shape) && leastSize(shape) === least ? least : undefined;
}

/** What no value goes below. */
function leastSize(shape: Shape): number | undefined {
  if (shape.kind === 'enum') return bound(shape.variants, (sizes) => Math.min(...sizes), leastSize);
  if (shape.kind === 'struct') return fieldsSize(shape.fields, leastSize);
  if (shape.kind === 'array') return times(shape.length, leastSize(shape.inner));
  return zeroSize(shape);
}

function zeroSize(shape: Shape): number | undefined {
  switch (shape.kind) {
    case 'scalar':
      return shape.bytes;
    case 'list':
    case 'map':
      return LENGTH_BYTES;
    case 'option':
      return shape.tagBytes === 1 ? 1 : times(1, zeroSize(shape.inner), shape.tagBytes);
    case 'array':
      return times(shape.length, zeroSize(shape.inner));
    case 'struct':
      return fieldsSize(shape.fields, zeroSize);
    case 'enum':
      return times(1, fieldsSize(shape.variants[0]?.fields ?? [], zeroSize), TAG_BYTES);
    default:
      return undefined;
  }
}

function maxSize(shape: Shape): number | undefined {
  switch (shape.kind) {
    case 'scalar':
      return shape.bytes;
    case 'option':
      return times(1, maxSize(shape.inner), shape.tagBytes);
    case 'array':
      return times(shape.length, maxSize(shape.inner));
    case 'struct':
      return fieldsSize(shape.fields, maxSize);
    case 'enum':
      return bound(shape.variants, (sizes) => Math.max(...sizes), maxSize);
    default:
      return undefined;
  }
}

type Size = (shape: Shape) => number | undefined;

const fieldsSize = (fields: readonly FieldShape[], size: Size): number | undefined =>
  total(fields, (field) => size(field.shape));

function bound(variants: readonly VariantShape[], pick: (sizes: readonly number[]) => number, size: Size) {
  const sizes = variants.map(({ fields }) => fieldsSize(fields, size));
  return sizes.every((bytes) => bytes !== undefined) ? TAG_BYTES + pick(sizes.length === 0 ? [0] : sizes) : undefined;
}

const times = (count: number, bytes: number | undefined, before = 0): number | undefined =>
  bytes === undefined ? undefined : before + count * bytes;
