import { UNTOLD } from '../idl/legacy.ts';
import type { Repr } from '../idl/model.ts';
import { SCALAR_BYTES } from '../idl/scalars.ts';

/** A type with every name looked up: aliases and generics are gone. */
export type Shape =
  | { readonly kind: 'scalar'; readonly name: string; readonly bytes: number }
  /** Four bytes of length, then that many elements; `label` says what of: text, list, set. */
  | { readonly kind: 'list'; readonly inner: Shape; readonly label: 'vec' | 'string' | 'set' }
  | { readonly kind: 'map'; readonly key: Shape; readonly value: Shape }
  /** A tag of 1 byte, the value only if there; or of 4 bytes (`COption`), the value's room always. */
  | { readonly kind: 'option'; readonly inner: Shape; readonly tagBytes: 1 | 4 }
  | { readonly kind: 'array'; readonly inner: Shape; readonly length: number }
  | StructShape
  | EnumShape
  /** A type inside itself: the outer one is compared. */
  | { readonly kind: 'cycle'; readonly name: string }
  | UnknownShape;

export interface UnknownShape {
  readonly kind: 'unknown';
  readonly text: string;
  /** Everything it stands for, where that is more than its text. */
  readonly key?: string;
  /** Whether it is coded by the program's own code, and defined here with all that it reaches. */
  readonly isCustom?: boolean;
}

export interface StructShape {
  readonly kind: 'struct';
  readonly name: string;
  readonly serialization: string;
  readonly repr: Repr | undefined;
  readonly fields: readonly FieldShape[];
}

export interface EnumShape {
  readonly kind: 'enum';
  readonly name: string;
  readonly variants: readonly VariantShape[];
}

export interface FieldShape {
  readonly name: string;
  readonly shape: Shape;
}

export interface VariantShape {
  readonly name: string;
  readonly fields: readonly FieldShape[];
}

export const scalar = (name: string): Shape => {
  const bytes = SCALAR_BYTES.get(name);
  return bytes === undefined ? { kind: 'unknown', text: name } : { kind: 'scalar', name, bytes };
};

export const isInteger = (shape: Shape): boolean => shape.kind === 'scalar' && /^[ui]\d/.test(shape.name);

/** What a person would write for it. */
export function describe(shape: Shape): string {
  switch (shape.kind) {
    case 'scalar':
      return shape.name;
    case 'list':
      return shape.label === 'string' ? 'string' : `${shape.label}<${describe(shape.inner)}>`;
    case 'map':
      return `map<${describe(shape.key)}, ${describe(shape.value)}>`;
    case 'option':
      return `${shape.tagBytes === 4 ? 'coption' : 'option'}<${describe(shape.inner)}>`;
    case 'array':
      return `[${describe(shape.inner)}; ${shape.length}]`;
    case 'unknown':
      return shape.text;
    default:
      return shape.name;
  }
}

/** Equal for shapes that are the same to the last name inside; names of types themselves do not count. */
export function shapeKey(shape: Shape): string {
  switch (shape.kind) {
    case 'struct': {
      const { kind, packed, align } = shape.repr ?? { kind: '', packed: false, align: undefined };
      // Untold is borsh until an account proves otherwise.
      const serialization = shape.serialization === UNTOLD ? 'borsh' : shape.serialization;
      return `{${serialization} ${kind} ${packed} ${align} ${fieldsKey(shape.fields)}}`;
    }
    case 'enum':
      return `<${shape.variants.map(({ name, fields }) => `${name}(${fieldsKey(fields)})`).join('|')}>`;
    case 'list':
      return `${shape.label}<${shapeKey(shape.inner)}>`;
    case 'map':
      return `map<${shapeKey(shape.key)},${shapeKey(shape.value)}>`;
    case 'option':
      return `option${shape.tagBytes}<${shapeKey(shape.inner)}>`;
    case 'array':
      return `[${shapeKey(shape.inner)};${shape.length}]`;
    case 'unknown':
      return shape.key ?? shape.text;
    default:
      return describe(shape);
  }
}

const fieldsKey = (fields: readonly FieldShape[]): string =>
  fields.map(({ name, shape }) => `${name}:${shapeKey(shape)}`).join(',');

/** Whether every part has a definition. */
export function isUnderstood(shape: Shape): boolean {
  switch (shape.kind) {
    case 'unknown':
      return shape.isCustom === true;
    case 'struct':
      return shape.fields.every((field) => isUnderstood(field.shape));
    case 'enum':
      return shape.variants.every(({ fields }) => fields.every((field) => isUnderstood(field.shape)));
    case 'map':
      return isUnderstood(shape.key) && isUnderstood(shape.value);
    case 'list':
    case 'option':
    case 'array':
      return isUnderstood(shape.inner);
    default:
      return true;
  }
}
