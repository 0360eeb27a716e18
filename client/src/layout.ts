import { clientError } from './errors.ts';
import type { IdlType } from './idl.ts';
import { idlFields } from './idl.ts';

const SCALAR_BYTES: Readonly<Record<string, number>> = { bool: 1, u8: 1, u16: 2, u32: 4, u64: 8, pubkey: 32 };

/** Bytes of a fixed-size type; the program's accounts are align 1, so there is never padding. */
export function sizeOf(type: IdlType): number {
  if (typeof type === 'string') {
    const bytes = SCALAR_BYTES[type];
    if (bytes !== undefined) return bytes;
  } else if ('array' in type) {
    return sizeOf(type.array[0]) * type.array[1];
  } else if ('defined' in type) {
    return structSize(type.defined.name);
  }
  throw clientError('IDL_INCOMPLETE', `type ${JSON.stringify(type)} has no fixed size`);
}

export function structSize(name: string): number {
  return idlFields(name).reduce((size, field) => size + sizeOf(field.type), 0);
}

/** Where each field of a struct starts, in bytes from the struct's first. */
export function fieldOffsets(name: string): ReadonlyMap<string, number> {
  let offset = 0;
  return new Map(
    idlFields(name).map((field) => {
      const start = offset;
      offset += sizeOf(field.type);
      return [field.name, start];
    }),
  );
}
