import { canonical, isObject } from '../idl/json.ts';
import type { Field, Idl, IdlType, TypeDef } from '../idl/model.ts';
import { reachOf } from '../idl/reach.ts';
import type { FieldShape, Shape } from './shape.ts';
import { isUnderstood, scalar, shapeKey } from './shape.ts';

/** What the parameters of a generic type stand for: a type, or the length of an array. */
type Arguments = ReadonlyMap<string, Shape | number>;

/** Where a type is met: the parameters in force, and the types it is inside of. */
interface Place {
  readonly generics: Arguments;
  readonly inside: readonly string[];
}

const NOWHERE: Place = { generics: new Map(), inside: [] };
/** Deeper than any program goes; generic types that wrap themselves ever deeper end here. */
const DEPTH_MAX = 64;

/** Looks types of one IDL up. What it does not understand is `unknown`, never left out. */
export interface Resolver {
  type(type: IdlType): Shape;
  /** The type of this name; undefined when the IDL has none. */
  named(name: string): Shape | undefined;
  fields(fields: readonly Field[]): readonly FieldShape[];
}

export function resolver(idl: Pick<Idl, 'types'>): Resolver {
  const types = new Map(idl.types.map((type) => [type.name, type]));

  const resolve = (type: IdlType, place: Place): Shape => {
    if (typeof type === 'string') return plain(type);
    if (!isObject(type)) return unknown(type);
    if ('option' in type) return { kind: 'option', inner: resolve(type.option, place), tagBytes: 1 };
    if ('coption' in type) return { kind: 'option', inner: resolve(type.coption, place), tagBytes: 4 };
    if ('vec' in type) return { kind: 'list', inner: resolve(type.vec, place), label: 'vec' };
    if ('array' in type) return array(type.array, place);
    if ('defined' in type) return defined(type.defined, place);
    if ('generic' in type) return parameter(type.generic, place);
    if (Array.isArray(type.tuple)) return tuple(type.tuple, place);
    const set = type.hashSet ?? type.bTreeSet;
    if (set !== undefined) return { kind: 'list', inner: resolve(set, place), label: 'set' };
    const map = type.hashMap ?? type.bTreeMap;
    if (!Array.isArray(map)) return unknown(type);
    return { kind: 'map', key: resolve(map[0], place), value: resolve(map[1], place) };
  };

  const tuple = (types: readonly unknown[], place: Place): Shape => {
    const fields = types.map((type, at) => ({ name: String(at), shape: resolve(type, place) }));
    return { kind: 'struct', name: 'tuple', serialization: 'borsh', repr: undefined, fields };
  };

  const array = (value: unknown, place: Place): Shape => {
    if (!Array.isArray(value)) return unknown({ array: value });
    const [inner, size] = value;
    const length = isObject(size) && typeof size.generic === 'string' ? place.generics.get(size.generic) : size;
    if (typeof length !== 'number') return unknown({ array: value });
    return { kind: 'array', inner: resolve(inner, place), length };
  };

  const defined = (value: unknown, place: Place): Shape => {
    const name = isObject(value) ? value.name : value;
    const given = isObject(value) && Array.isArray(value.generics) ? value.generics : [];
    const found = typeof name === 'string' ? types.get(name) : undefined;
    if (found === undefined) return unknown({ defined: value });
    const isPlain = found.generics.length === 0;
    if ((isPlain && place.inside.includes(found.name)) || place.inside.length > DEPTH_MAX) {
      return { kind: 'cycle', name: found.name };
    }
    const values = given.map((argument) => argumentOf(argument, place));
    const generics = new Map(
      found.generics.flatMap((key, at) => (at in values ? [[key, values[at] ?? 0] as const] : [])),
    );
    return body(found, { generics, inside: [...place.inside, found.name] });
  };

  const argumentOf = (argument: unknown, place: Place): Shape | number => {
    if (!isObject(argument)) return resolve(argument, place);
    if (argument.kind === 'const') {
      const inherited = place.generics.get(String(argument.value));
      return typeof inherited === 'number' ? inherited : Number(argument.value);
    }
    return resolve(argument.kind === 'type' ? argument.type : argument, place);
  };

  const parameter = (name: unknown, place: Place): Shape => {
    const value = place.generics.get(String(name));
    return typeof value === 'object' ? value : unknown({ generic: name });
  };

  const fieldsAt = (fields: readonly Field[], place: Place): readonly FieldShape[] =>
    fields.map(({ name, type }) => ({ name, shape: resolve(type, place) }));

  /** Its own code may read whatever its definition reaches: it is the same only if all of that is. */
  const custom = (found: TypeDef, { generics }: Place): Shape => {
    const { key, isComplete } = reachOf(found, types);
    const given = [...generics.values()];
    const values = given.map((value) => (typeof value === 'number' ? String(value) : shapeKey(value)));
    return {
      kind: 'unknown',
      text: `${found.name} (${found.serialization}) ${canonical(found.body)}`,
      key: `${key} <${values.join(', ')}>`,
      isCustom: isComplete && given.every((value) => typeof value === 'number' || isUnderstood(value)),
    };
  };

  const body = (found: TypeDef, place: Place): Shape => {
    const { name, serialization, repr, body: type } = found;
    if (serialization.startsWith('custom:')) return custom(found, place);
    if (type.kind === 'struct') {
      return { kind: 'struct', name, serialization, repr, fields: fieldsAt(type.fields, place) };
    }
    if (type.kind === 'alias') return resolve(type.type, place);
    if (type.kind === 'unknown') return unknown(type.text);
    const variants = type.variants.map((one) => ({ name: one.name, fields: fieldsAt(one.fields, place) }));
    return { kind: 'enum', name, variants };
  };

  return {
    type: (type) => resolve(type, NOWHERE),
    named: (name) => (types.has(name) ? defined({ name }, NOWHERE) : undefined),
    fields: (fields) => fieldsAt(fields, NOWHERE),
  };
}

function plain(name: string): Shape {
  if (name === 'string') return { kind: 'list', inner: scalar('u8'), label: 'string' };
  if (name === 'bytes') return { kind: 'list', inner: scalar('u8'), label: 'vec' };
  return scalar(name === 'publicKey' ? 'pubkey' : name);
}

const unknown = (value: unknown): Shape => ({ kind: 'unknown', text: canonical(value) });
