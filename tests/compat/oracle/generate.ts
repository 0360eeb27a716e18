import type { Enum, Field, Layout, Struct, Type, Variant } from './model.ts';
import { scalar } from './model.ts';
import type { Random } from './random.ts';

const SCALARS = ['u8', 'u16', 'u32', 'u64', 'u128', 'i8', 'i16', 'i32', 'i64', 'i128', 'bool', 'f64', 'pubkey'];
/** What zero-copy memory holds; 128 bits are left to a test of their own, because toolchains differ in their alignment. */
const MAPPED = ['u8', 'u16', 'u32', 'u64', 'i8', 'i16', 'i32', 'i64', 'pubkey'];
const DEPTH_MAX = 3;

/** Makes new parts of layouts; ids are never given twice. */
export interface Maker {
  readonly isMapped: boolean;
  type(depth: number): Type;
  field(depth: number): Field;
  reserved(): Field;
  variant(): Variant;
  id(): number;
}

export function maker(random: Random, isMapped: boolean, packed: boolean): Maker {
  let last = 0;
  const id = (): number => ++last;
  const type = (depth: number): Type => (isMapped ? mapped(depth) : packedType(depth));
  const mapped = (depth: number): Type => {
    const kind = depth >= DEPTH_MAX ? 0 : random.below(8);
    if (kind === 6) return { kind: 'array', inner: type(depth + 1), length: 1 + random.below(4) };
    if (kind === 7) return { ...struct(depth + 1), packed };
    return scalar(random.pick(MAPPED));
  };
  const packedType = (depth: number): Type => {
    const kind = depth >= DEPTH_MAX ? 0 : random.below(14);
    if (kind === 6) return { kind: 'string' };
    if (kind === 7) return { kind: 'option', inner: type(depth + 1) };
    if (kind === 8) return { kind: 'vec', inner: type(depth + 1) };
    if (kind === 9) return { kind: 'array', inner: type(depth + 1), length: 1 + random.below(4) };
    if (kind === 10) return { kind: 'alias', inner: type(depth + 1) };
    if (kind === 11) return { ...struct(depth + 1), isGeneric: random.oneIn(3) };
    if (kind >= 12) return enumOf(depth + 1);
    return scalar(random.pick(SCALARS));
  };
  const field = (depth: number): Field => {
    const own = id();
    return { id: own, name: `f${own}`, type: type(depth), isReserved: false };
  };
  const reserved = (): Field => {
    const own = id();
    const inner = { kind: 'array', inner: scalar('u8'), length: 1 + random.below(40) } as const;
    return { id: own, name: `reserved_${own}`, type: inner, isReserved: true };
  };
  const fieldsOf = (depth: number, most: number): readonly Field[] =>
    Array.from({ length: 1 + random.below(most) }, () => (random.oneIn(7) ? reserved() : field(depth)));
  const struct = (depth: number): Struct => ({ kind: 'struct', fields: fieldsOf(depth, 3) });
  const variant = (): Variant => {
    const own = id();
    const fields = random.oneIn(2) ? [] : Array.from({ length: 1 + random.below(2) }, () => field(DEPTH_MAX));
    return { id: own, name: `V${own}`, fields };
  };
  const enumOf = (_depth: number): Enum => ({
    kind: 'enum',
    variants: Array.from({ length: 1 + random.below(4) }, variant),
  });
  return { isMapped, type, field, reserved, variant, id };
}

/** A layout of borsh or of zero-copy memory, in one of its representations. */
export function randomLayout(random: Random): { readonly layout: Layout; readonly make: Maker } {
  const serialization = random.pick(['borsh', 'borsh', 'borsh', 'bytemuck', 'bytemuckunsafe'] as const);
  const isPod = serialization === 'bytemuck' && random.oneIn(2);
  const packed = serialization === 'bytemuckunsafe' && random.oneIn(2);
  const make = maker(random, serialization !== 'borsh', packed);
  const fields = Array.from({ length: 2 + random.below(6) }, () => (random.oneIn(6) ? make.reserved() : make.field(0)));
  if (random.oneIn(2)) fields.push(make.reserved());
  return { layout: { root: { kind: 'struct', fields, packed }, serialization, isPod }, make };
}
