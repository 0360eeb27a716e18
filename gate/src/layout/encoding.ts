import type { Shape } from './shape.ts';
import { isInteger } from './shape.ts';

/** A part of a layout that is compared as one: bytes in a row, in the order they stand. */
export interface Leaf {
  /** Field names from the layout's root, slash-separated. */
  readonly path: string;
  readonly shape: Shape;
  /** Set for bytes that are zero until somebody uses them: kept free by a field's name, or by the compiler's alignment. */
  readonly spare?: { readonly bytes: number; readonly by: 'name' | 'alignment' };
}

/** How values become bytes. Sizes are in bytes. */
export interface Encoding {
  /** The parts of a shape, structs taken apart. */
  leaves(shape: Shape, path: string): readonly Leaf[];
  /** Undefined when it depends on the value, or cannot be known. */
  fixedSize(shape: Shape): number | undefined;
  /** What the value reads that all-zero bytes decode to; undefined when that cannot be known. */
  zeroSize(shape: Shape): number | undefined;
  /** The most a value takes; undefined without a bound. */
  maxSize(shape: Shape): number | undefined;
}

/** A name that says nothing else. */
const SPARE_NAME = /^_*(?:(?:reserved|padding|pad|gap|spare|unused)(?:_?\d+)?|_\d*)$/i;
/** A name that may say so at its end: `price_gap` is a price, and `launch_pad` a thing of its own. */
const SPARE_END = /_(?:reserved|padding|pad|gap|spare)(?:_?\d+)?$/i;

/** Whether a field is kept free: by its name, and by a type that holds nothing but numbers; by the end of its name only if it is bytes in a row. */
export const isKeptFree = (name: string, shape: Shape): boolean =>
  (SPARE_NAME.test(name) && isNumbers(shape)) || (SPARE_END.test(name) && isBytes(shape));

const isNumbers = (shape: Shape): boolean => (shape.kind === 'array' ? isNumbers(shape.inner) : isInteger(shape));

/** An array of u8 or u64, as people write room. */
const isBytes = (shape: Shape): boolean =>
  shape.kind === 'array' &&
  (isBytes(shape.inner) || (shape.inner.kind === 'scalar' && /^u(?:8|64)$/.test(shape.inner.name)));

export const join = (path: string, name: string): string => (path === '' ? name : `${path}/${name}`);

/** Sum of what may be unknown. */
export function total<T>(items: readonly T[], size: (item: T) => number | undefined): number | undefined {
  let sum = 0;
  for (const item of items) {
    const bytes = size(item);
    if (bytes === undefined) return undefined;
    sum += bytes;
  }
  return sum;
}
