import type { Json } from './json.ts';
import { canonical, isObject, list, object, text } from './json.ts';
import type { Field, Repr, TypeBody, TypeDef, Variant } from './model.ts';

/** @throws LockstepError GATE_IDL_INVALID */
export function typeDef(json: Json): TypeDef {
  const name = text(json.name, 'name of a type');
  return {
    name,
    serialization: serialization(json.serialization),
    repr: isObject(json.repr) ? repr(json.repr) : undefined,
    generics: list(json.generics, `generics of ${name}`).map((one) => text(object(one, 'a generic').name, 'a generic')),
    body: body(object(json.type, `type of ${name}`), name),
  };
}

function serialization(value: unknown): string {
  if (value === undefined || value === null) return 'borsh';
  if (typeof value === 'string') return value;
  return isObject(value) && typeof value.custom === 'string' ? `custom:${value.custom}` : `custom:${canonical(value)}`;
}

const repr = (json: Json): Repr => ({
  kind: text(json.kind, 'kind of a repr'),
  packed: json.packed === true,
  align: typeof json.align === 'number' ? json.align : undefined,
});

function body(json: Json, owner: string): TypeBody {
  if (json.kind === 'struct') return { kind: 'struct', fields: fields(json.fields, owner) };
  if (json.kind === 'enum') return { kind: 'enum', variants: list(json.variants, `variants of ${owner}`).map(variant) };
  if (json.kind === 'type') return { kind: 'alias', type: json.alias };
  return { kind: 'unknown', text: canonical(json) };
}

function variant(value: unknown): Variant {
  const json = object(value, 'a variant');
  const name = text(json.name, 'name of a variant');
  return { name, fields: fields(json.fields, name) };
}

/** Named fields, or a tuple's types. */
function fields(value: unknown, owner: string): readonly Field[] {
  return list(value, `fields of ${owner}`).map((one, at) =>
    isObject(one) && typeof one.name === 'string' && 'type' in one
      ? { name: one.name, type: one.type }
      : { name: String(at), type: one },
  );
}
