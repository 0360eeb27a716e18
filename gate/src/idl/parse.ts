import { gateError } from '../errors.ts';
import type { Json } from './json.ts';
import { bytes, canonical, isObject, list, object, text } from './json.ts';
import { fromLegacy, isLegacy, LEGACY } from './legacy.ts';
import type { Constant, Field, Idl, Instruction, InstructionAccount, ProgramError, Tagged } from './model.ts';
import { typeDef } from './type-def.ts';

/** Reads an IDL of spec 0.1.0, or of the form before specs. @throws LockstepError GATE_IDL_INVALID */
export function parseIdl(source: string): Idl {
  let parsed: unknown;
  try {
    parsed = JSON.parse(source);
  } catch (cause) {
    throw gateError('GATE_IDL_INVALID', 'the IDL is no JSON', cause);
  }
  const file = object(parsed, 'the IDL');
  const json = isLegacy(file) ? fromLegacy(file) : file;
  const metadata = object(json.metadata, 'metadata');
  const types = list(json.types, 'types').map((type) => typeDef(object(type, 'a type')));
  const idl: Idl = {
    address: text(json.address, 'address'),
    name: text(metadata.name, 'metadata.name'),
    version: text(metadata.version, 'metadata.version'),
    spec: knownSpec(text(metadata.spec, 'metadata.spec')),
    instructions: list(json.instructions, 'instructions').map((one) => instruction(object(one, 'an instruction'))),
    accounts: list(json.accounts, 'accounts').map((one) => tagged(object(one, 'an account'), 'account')),
    events: list(json.events, 'events').map((one) => tagged(object(one, 'an event'), 'event')),
    errors: list(json.errors, 'errors').map((one) => programError(object(one, 'an error'))),
    types,
    constants: list(json.constants, 'constants').map((one) => constant(object(one, 'a constant'))),
  };
  refuseTwins(idl);
  return idl;
}

const SPECS: readonly string[] = [LEGACY, '0.1.0'];

/** What another spec means by the same words, nobody here knows. */
function knownSpec(spec: string): string {
  if (SPECS.includes(spec)) return spec;
  throw gateError('GATE_IDL_INVALID', `spec ${spec} is not known`);
}

/** Names are what old and new are matched by. */
function refuseTwins(idl: Idl): void {
  for (const part of ['instructions', 'accounts', 'events', 'types', 'constants'] as const) {
    const names = idl[part].map(({ name }) => name);
    const twin = names.find((name, at) => names.indexOf(name) !== at);
    if (twin !== undefined) throw gateError('GATE_IDL_INVALID', `${part} has two called ${twin}`);
  }
}

function tagged(json: Json, what: string): Tagged {
  const name = text(json.name, `name of an ${what}`);
  return { name, discriminator: bytes(json.discriminator, `discriminator of ${what} ${name}`) };
}

function instruction(json: Json): Instruction {
  const { name, discriminator } = tagged(json, 'instruction');
  return {
    name,
    discriminator,
    accounts: accountsOf(json.accounts, ''),
    args: list(json.args, `args of ${name}`).map((arg) => field(object(arg, `an argument of ${name}`))),
    returns: json.returns ?? undefined,
  };
}

const field = (json: Json): Field => ({ name: text(json.name, 'name of a field'), type: json.type });

/** Groups of accounts are passed one after the other: on the wire there are no groups. */
function accountsOf(value: unknown, prefix: string): readonly InstructionAccount[] {
  return list(value, 'accounts of an instruction').flatMap((one) => {
    const json = object(one, 'an account of an instruction');
    const name = prefix + text(json.name, 'name of an account of an instruction');
    if (Array.isArray(json.accounts)) return accountsOf(json.accounts, `${name}/`);
    const pda = isObject(json.pda) ? json.pda : undefined;
    return {
      name,
      writable: json.writable === true,
      signer: json.signer === true,
      optional: json.optional === true,
      address: json.address === undefined ? undefined : text(json.address, `address of ${name}`),
      seeds: pda && seedsOf(list(pda.seeds, `seeds of ${name}`)),
      seedsProgram: pda?.program === undefined ? undefined : canonical(pda.program),
    };
  });
}

/** Addresses are derived from seeds as one row of bytes: where a constant one ends and the next one starts makes no difference. */
function seedsOf(seeds: readonly unknown[]): readonly string[] {
  const joined: unknown[] = [];
  for (const seed of seeds) {
    const [last, next] = [constantBytes(joined.at(-1)), constantBytes(seed)];
    if (last && next) joined[joined.length - 1] = { kind: 'const', value: [...last, ...next] };
    else joined.push(seed);
  }
  return joined.map(canonical);
}

const constantBytes = (seed: unknown): readonly unknown[] | undefined =>
  isObject(seed) && seed.kind === 'const' && Array.isArray(seed.value) ? seed.value : undefined;

function programError(json: Json): ProgramError {
  if (typeof json.code !== 'number') throw gateError('GATE_IDL_INVALID', 'an error has no code');
  return { code: json.code, name: text(json.name, 'name of an error'), msg: String(json.msg ?? '') };
}

const constant = (json: Json): Constant => ({
  name: text(json.name, 'name of a constant'),
  type: canonical(json.type),
  value: typeof json.value === 'string' ? json.value : canonical(json.value),
});
