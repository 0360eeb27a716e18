/** Layouts as the oracle has them: every field and variant has an id that stays its own when it is renamed or moved. */
export type Type =
  | { readonly kind: 'scalar'; readonly name: string }
  | { readonly kind: 'string' }
  | { readonly kind: 'option'; readonly inner: Type }
  | { readonly kind: 'vec'; readonly inner: Type }
  | { readonly kind: 'array'; readonly inner: Type; readonly length: number }
  /** Written as an alias of its own in the IDL. */
  | { readonly kind: 'alias'; readonly inner: Type }
  | Struct
  | Enum;

export interface Struct {
  readonly kind: 'struct';
  readonly fields: readonly Field[];
  /** Zero-copy structs only. */
  readonly packed?: boolean;
  /** Written as a type with a parameter, which stands for the first field's type. */
  readonly isGeneric?: boolean;
}

export interface Enum {
  readonly kind: 'enum';
  readonly variants: readonly Variant[];
}

export interface Field {
  readonly id: number;
  readonly name: string;
  readonly type: Type;
  /** Zero in every value. */
  readonly isReserved: boolean;
}

export interface Variant {
  readonly id: number;
  readonly name: string;
  readonly fields: readonly Field[];
}

/** A layout and its accounts' memory. */
export interface Layout {
  readonly root: Struct;
  readonly serialization: 'borsh' | 'bytemuck' | 'bytemuckunsafe';
  /** Whether zero-copy numbers start anywhere. */
  readonly isPod: boolean;
}

export const scalar = (name: string): Type => ({ kind: 'scalar', name });
