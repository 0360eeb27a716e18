import type { Field, Layout, Struct, Type } from './model.ts';

const DISCRIMINATOR = [1, 2, 3, 4, 5, 6, 7, 8];

/** The IDL that Anchor would write for a program with this one account. */
export function idlOf({ root, serialization, isPod }: Layout): string {
  const types: unknown[] = isPod ? [{ name: 'PodU64', type: { kind: 'type', alias: 'u64' } }] : [];
  const add = (type: object): { defined: { name: string } } => {
    const name = `T${types.length}`;
    types.push({ name, ...type });
    return { defined: { name } };
  };
  const of = (type: Type): unknown => {
    switch (type.kind) {
      case 'scalar':
        return type.name;
      case 'string':
        return 'string';
      case 'option':
        return { option: of(type.inner) };
      case 'vec':
        return { vec: of(type.inner) };
      case 'array':
        return { array: [of(type.inner), type.length] };
      case 'alias':
        return add({ type: { kind: 'type', alias: of(type.inner) } });
      case 'enum':
        return add({
          type: { kind: 'enum', variants: type.variants.map((one) => ({ ...one, fields: fields(one.fields) })) },
        });
      default:
        return type.isGeneric && type.fields.length > 0 ? generic(type) : add(struct(type));
    }
  };
  const fields = (all: readonly Field[]) => all.map(({ name, type }) => ({ name, type: of(type) }));
  const struct = (type: Struct) => ({
    ...(serialization === 'borsh' ? {} : { serialization, repr: { kind: 'c', packed: type.packed === true } }),
    type: { kind: 'struct', fields: fields(type.fields) },
  });
  const generic = (type: Struct) => {
    const body = struct(type);
    const [first, ...rest] = body.type.fields;
    const parameters = [{ kind: 'type', name: 'T' }];
    const { defined } = add({
      ...body,
      generics: parameters,
      type: { kind: 'struct', fields: [{ ...first, type: { generic: 'T' } }, ...rest] },
    });
    return { defined: { ...defined, generics: [{ kind: 'type', type: first?.type }] } };
  };
  const account = { name: 'Held', ...struct(root) };
  return JSON.stringify({
    address: '11111111111111111111111111111111',
    metadata: { name: 'oracle', version: '0.1.0', spec: '0.1.0' },
    instructions: [],
    accounts: [{ name: 'Held', discriminator: DISCRIMINATOR }],
    types: [...types, account],
  });
}
