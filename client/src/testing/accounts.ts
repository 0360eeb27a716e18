import { camelCase } from '../anchor.ts';
import type { IdlType } from '../idl.ts';
import { accountDiscriminator, idlFields } from '../idl.ts';
import { fieldOffsets, structSize } from '../layout.ts';

/** Account bytes of the IDL's shape whose fields differ: each byte tells its place, and each bool is true. */
export function patternedAccount(name: string, tail = 0): Uint8Array {
  const discriminator = accountDiscriminator(name);
  const data = new Uint8Array(discriminator.length + structSize(name) + tail);
  for (let i = 0; i < data.length; i += 1) data[i] = (i * 7 + (i >> 8)) & 0xff;
  data.set(discriminator);
  for (const [field, offset] of fieldOffsets(name)) if (isBool(name, field)) data[discriminator.length + offset] = 1;
  return data;
}

const isBool = (struct: string, name: string): boolean =>
  idlFields(struct).some((field) => field.name === name && field.type === 'bool');

/** Names of all fields of a struct, structs within it included, in camelCase: `tree.leafCount`. */
export function fieldPaths(name: string): string[] {
  return idlFields(name).flatMap((field) => {
    const own = camelCase(field.name);
    const inner = structOf(field.type);
    return inner === undefined ? [own] : fieldPaths(inner).map((path) => `${own}.${path}`);
  });
}

function structOf(type: IdlType): string | undefined {
  if (typeof type === 'string') return undefined;
  return 'defined' in type ? type.defined.name : undefined;
}
