import { createHash } from 'node:crypto';
import type { Json } from './json.ts';
import { isObject, list, object, text } from './json.ts';
import { SCALAR_BYTES } from './scalars.ts';

/** What stands for the spec of an IDL that names none. */
export const LEGACY = 'legacy';

/** Serialization of a type whose IDL does not say whether it is borsh or zero-copy. */
export const UNTOLD = 'untold';

/** The form before specs: camelCase, layouts inside accounts, no discriminators. */
export const isLegacy = (json: Json): boolean => !isObject(json.metadata) || json.metadata.spec === undefined;

/**
 * The same IDL in the form of spec 0.1.0, so that a program's history can be judged across the change of form.
 * Discriminators are the ones Anchor derived from names; there were no others.
 */
export function fromLegacy(json: Json): Json {
  const accounts = objects(json.accounts, 'accounts');
  const state = stateOf(json.state);
  const events = objects(json.events, 'events');
  return {
    address: isObject(json.metadata) && typeof json.metadata.address === 'string' ? json.metadata.address : '',
    metadata: { name: snake(text(json.name, 'name')), version: text(json.version, 'version'), spec: LEGACY },
    instructions: [
      ...apart(objects(json.instructions, 'instructions').map((one) => instruction(one))),
      ...state.methods.map((one) => instruction(one, STATE)),
    ],
    accounts: [
      ...accounts.map(({ name }) => ({ name, discriminator: discriminator('account', text(name, 'name')) })),
      ...state.structs.map(({ name }) => ({ name, discriminator: discriminator(STATE, text(name, 'name')) })),
    ],
    events: events.map(({ name }) => ({ name, discriminator: discriminator('event', text(name, 'name')) })),
    errors: json.errors,
    types: unique([
      ...accounts.map(typeDef),
      ...state.structs.map(typeDef),
      ...events.map(({ name, fields }) => typeDef({ name, type: { kind: 'struct', fields } })),
      ...objects(json.types, 'types').map(typeDef),
    ]),
    constants: list(json.constants, 'constants').map((one) => ({ ...object(one, 'a constant') })),
  };
}

/** Namespace of the one account that a program of that time could have for itself, and of its methods. */
const STATE = 'state';

function stateOf(value: unknown): { readonly structs: readonly Json[]; readonly methods: readonly Json[] } {
  if (value === undefined || value === null) return { structs: [], methods: [] };
  const json = object(value, 'state');
  return {
    structs: [object(json.struct, 'struct of the state')],
    methods: objects(json.methods, 'methods of the state'),
  };
}

/** An account or event whose layout was also listed as a type is one type. */
const unique = (types: readonly Json[]): readonly Json[] => [...new Map(types.map((one) => [one.name, one])).values()];

const objects = (value: unknown, what: string): readonly Json[] =>
  list(value, what).map((one) => object(one, `one of ${what}`));

function instruction(json: Json, namespace = 'global'): Json {
  const name = snake(text(json.name, 'name of an instruction'));
  return {
    // A method of the state may be called as an instruction is.
    name: namespace === STATE ? `${STATE}/${name}` : name,
    discriminator: discriminant(json.discriminant) ?? discriminator(namespace, name),
    accounts: list(json.accounts, 'accounts').map(account),
    args: fields(json.args),
    returns: json.returns === undefined ? undefined : type(json.returns),
  };
}

/** Number and type in place of a hash, as Shank writes it; undefined when there is none. */
function discriminant(value: unknown): readonly number[] | undefined {
  if (!isObject(value) || typeof value.value !== 'number' || !Number.isInteger(value.value)) return undefined;
  const bytes = SCALAR_BYTES.get(String(value.type)) ?? 1;
  const number = BigInt(value.value);
  return Array.from({ length: bytes }, (_, at) => Number((number >> BigInt(8 * at)) & 0xffn));
}

/** Instructions that share a name and have numbers of their own are told apart by these, all but the first. */
function apart(instructions: readonly Json[]): readonly Json[] {
  const known = new Map<unknown, string>();
  return instructions.flatMap((one) => {
    const first = known.get(one.name);
    const number = String(one.discriminator);
    if (first === undefined) known.set(one.name, number);
    return first === undefined || first === number ? [one] : [{ ...one, name: `${one.name}_${number}` }];
  });
}

function account(value: unknown): Json {
  const json = object(value, 'an account');
  const name = snake(text(json.name, 'name of an account'));
  if (Array.isArray(json.accounts)) return { name, accounts: json.accounts.map(account) };
  // Seeds had another form, with less in it: a comparison across the forms would find differences that are none.
  return { name, writable: json.isMut === true, signer: json.isSigner === true, optional: json.isOptional === true };
}

const fields = (value: unknown): readonly Json[] =>
  list(value, 'fields').map((one) => {
    const json = object(one, 'a field');
    return { name: snake(text(json.name, 'name of a field')), type: type(json.type) };
  });

function typeDef(json: Json): Json {
  const body = object(json.type, 'type');
  const shape = {
    ...body,
    fields: body.fields && fieldsOrTuple(body.fields),
    variants: body.variants && objects(body.variants, 'variants').map(variant),
    alias: body.value && type(body.value),
    kind: body.kind === 'alias' ? 'type' : body.kind,
  };
  return { name: json.name, generics: json.generics, serialization: UNTOLD, type: shape };
}

const variant = ({ name, fields: payload }: Json): Json => ({ name, fields: payload && fieldsOrTuple(payload) });

const fieldsOrTuple = (value: unknown): readonly unknown[] =>
  list(value, 'fields').every((one) => isObject(one) && 'name' in one && 'type' in one)
    ? fields(value)
    : list(value, 'fields').map(type);

function type(value: unknown): unknown {
  if (value === 'publicKey') return 'pubkey';
  if (!isObject(value)) return value;
  if (typeof value.defined === 'string') return { defined: { name: value.defined } };
  if (Array.isArray(value.array)) return { array: [type(value.array[0]), value.array[1]] };
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, Array.isArray(inner) ? inner.map(type) : type(inner)]),
  );
}

const snake = (name: string): string =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase();

const discriminator = (namespace: string, name: string): readonly number[] => [
  ...createHash('sha256').update(`${namespace}:${name}`).digest().subarray(0, 8),
];
