import type { Maker } from './generate.ts';
import type { Enum, Field, Layout, Struct, Type, Variant } from './model.ts';
import { scalar } from './model.ts';
import type { Random } from './random.ts';

/** One change of a layout, somewhere in it. */
export function edit(layout: Layout, make: Maker, random: Random): Layout {
  return { ...layout, root: editStruct(layout.root, make, random, 0) };
}

function editStruct(struct: Struct, make: Maker, random: Random, depth: number): Struct {
  return { ...struct, fields: editFields(struct.fields, make, random, depth) };
}

function editFields(fields: readonly Field[], make: Maker, random: Random, depth: number): readonly Field[] {
  const at = random.below(fields.length);
  const field = fields[at];
  if (!field) return [make.field(depth)];
  const replace = (...others: readonly Field[]) => fields.toSpliced(at, 1, ...others);
  const spare = fields.findIndex(({ isReserved }) => isReserved);
  switch (random.below(20)) {
    case 0:
    case 1:
    case 2:
      return replace({ ...field, name: `${field.isReserved ? 'reserved' : 'g'}_${make.id()}` });
    case 3:
    case 4:
    case 5:
      return spare === -1 ? fields : useSpare(fields, spare, make, random);
    case 6:
      return fields.length > 1 ? fields.slice(0, -1) : fields;
    case 7:
      return [...fields, random.oneIn(3) ? make.reserved() : make.field(depth)];
    case 8:
      return [...fields.slice(0, at), make.field(depth), ...fields.slice(at)];
    case 9:
      return fields.length > 1 ? replace() : fields;
    case 10: {
      const to = random.below(fields.length);
      return fields.toSpliced(at, 1).toSpliced(to, 0, field);
    }
    case 11:
      return fields;
    default:
      return replace(field.isReserved ? field : { ...field, type: editType(field.type, make, random, depth) });
  }
}

/** Takes a new field out of the front of reserved bytes, right or slightly wrong. */
function useSpare(fields: readonly Field[], at: number, make: Maker, random: Random): readonly Field[] {
  const spare = fields[at];
  if (spare?.type.kind !== 'array') return fields;
  const added = { ...make.field(3), type: scalar(random.pick(['u8', 'u16', 'u32', 'u64', 'pubkey'])) };
  const bytes = { u8: 1, u16: 2, u32: 4, u64: 8, pubkey: 32 }[(added.type as { name: string }).name] ?? 0;
  const rest = spare.type.length - bytes + (random.oneIn(6) ? 1 : 0);
  const left = rest > 0 ? [{ ...spare, type: { ...spare.type, length: rest } }] : [];
  return fields.toSpliced(at, 1, ...(random.oneIn(8) ? [...left, added] : [added, ...left]));
}

function editType(type: Type, make: Maker, random: Random, depth: number): Type {
  switch (type.kind) {
    case 'struct':
      return editStruct(type, make, random, depth + 1);
    case 'enum':
      return editEnum(type, make, random);
    case 'scalar':
      return editScalar(type.name, make, random, depth);
    case 'string':
      return random.oneIn(2) ? { kind: 'vec', inner: scalar('u8') } : make.type(depth);
    case 'alias':
      return random.oneIn(2) ? type.inner : { ...type, inner: editType(type.inner, make, random, depth) };
    case 'array':
      if (random.oneIn(3)) return { ...type, length: 1 + random.below(5) };
      if (random.oneIn(3) && !make.isMapped) return { kind: 'vec', inner: type.inner };
      return { ...type, inner: editType(type.inner, make, random, depth + 1) };
    case 'vec':
      if (random.oneIn(4)) return { kind: 'array', inner: type.inner, length: 1 + random.below(3) };
      return { ...type, inner: editType(type.inner, make, random, depth + 1) };
    default:
      return random.oneIn(4) ? type.inner : { ...type, inner: editType(type.inner, make, random, depth + 1) };
  }
}

function editScalar(name: string, make: Maker, random: Random, depth: number): Type {
  const bytes: Type = { kind: 'array', inner: scalar('u8'), length: 32 };
  if (name === 'pubkey' && !random.oneIn(3)) return bytes;
  if (make.isMapped) return random.oneIn(2) ? scalar(swapSign(name)) : make.type(depth);
  switch (random.below(5)) {
    case 0:
      return scalar(swapSign(name));
    case 1:
      return { kind: 'option', inner: scalar(name) };
    case 2:
      return { kind: 'alias', inner: scalar(name) };
    case 3:
      return { kind: 'struct', fields: [{ id: make.id(), name: 'inner', type: scalar(name), isReserved: false }] };
    default:
      return make.type(depth);
  }
}

const swapSign = (name: string): string =>
  name.startsWith('u') ? name.replace('u', 'i') : name.startsWith('i') ? name.replace('i', 'u') : name;

function editEnum(type: Enum, make: Maker, random: Random): Enum {
  const { variants } = type;
  const at = random.below(variants.length);
  const variant = variants[at] as Variant;
  const to = random.below(variants.length);
  switch (random.below(8)) {
    case 0:
    case 1:
      return { ...type, variants: [...variants, make.variant()] };
    case 2:
      return { ...type, variants: variants.toSpliced(at, 1, { ...variant, name: `W${make.id()}` }) };
    case 3:
      return { ...type, variants: variants.toSpliced(at, 0, make.variant()) };
    case 4:
      return variants.length > 1 ? { ...type, variants: variants.toSpliced(at, 1) } : type;
    case 5:
      return { ...type, variants: variants.toSpliced(at, 1).toSpliced(to, 0, variant) };
    default: {
      const fields = variant.fields.length === 0 ? [make.field(3)] : editFields(variant.fields, make, random, 3);
      return { ...type, variants: variants.toSpliced(at, 1, { ...variant, fields }) };
    }
  }
}
