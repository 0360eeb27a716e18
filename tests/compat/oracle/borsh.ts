import type { Schema } from 'borsh';
import { deserialize, serialize } from 'borsh';
import type { Field, Type } from './model.ts';
import type { Value } from './values.ts';

export const encode = (type: Type, value: Value): Uint8Array => serialize(schemaOf(type), value);

/** What the new code reads; bytes behind it are ignored, as Anchor does. @throws Error where it does not decode */
export const decode = (type: Type, bytes: Uint8Array): Value => deserialize(schemaOf(type), bytes);

function schemaOf(type: Type): Schema {
  switch (type.kind) {
    case 'scalar':
      return (type.name === 'pubkey' ? { array: { type: 'u8', len: 32 } } : type.name) as Schema;
    case 'string':
      return 'string';
    case 'option':
      return { option: schemaOf(type.inner) };
    case 'vec':
      return { array: { type: schemaOf(type.inner) } };
    case 'array':
      return { array: { type: schemaOf(type.inner), len: type.length } };
    case 'alias':
      return schemaOf(type.inner);
    case 'enum':
      return { enum: type.variants.map(({ id, fields }) => ({ struct: { [`v${id}`]: structOf(fields) } })) };
    default:
      return structOf(type.fields);
  }
}

const structOf = (fields: readonly Field[]): Schema => ({
  struct: Object.fromEntries(fields.map(({ id, type }) => [`f${id}`, schemaOf(type)])),
});
