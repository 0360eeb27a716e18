import { readFileSync } from 'node:fs';
import { clientError } from './errors.ts';

/** A type as Anchor's IDL (spec 0.1.0) spells it, as far as this program uses it. */
export type IdlType =
  | string
  | { readonly array: readonly [IdlType, number] }
  | { readonly vec: IdlType }
  | { readonly option: IdlType }
  | { readonly defined: { readonly name: string } };

export interface IdlField {
  readonly name: string;
  readonly type: IdlType;
}

interface Named {
  readonly name: string;
  readonly discriminator: readonly number[];
}

export interface IdlInstruction extends Named {
  readonly accounts: readonly {
    readonly name: string;
    readonly writable?: boolean;
    readonly signer?: boolean;
    readonly address?: string;
  }[];
  readonly args: readonly IdlField[];
}

/** The settlement program's interface, generated from its source. */
export interface SettlementIdl {
  readonly address: string;
  readonly metadata: { readonly name: string; readonly version: string; readonly spec: string };
  readonly instructions: readonly IdlInstruction[];
  readonly accounts: readonly Named[];
  readonly events: readonly Named[];
  readonly errors: readonly { readonly code: number; readonly name: string; readonly msg?: string }[];
  readonly constants: readonly { readonly name: string; readonly type: string; readonly value: string }[];
  readonly types: readonly {
    readonly name: string;
    readonly type: { readonly kind: string; readonly fields?: readonly IdlField[] };
  }[];
}

export const idl: SettlementIdl = JSON.parse(
  readFileSync(new URL('../../idl/settlement.json', import.meta.url), 'utf8'),
);

/** @throws LockstepError IDL_INCOMPLETE */
export function idlInstruction(name: string): IdlInstruction {
  return found(
    idl.instructions.find((instruction) => instruction.name === name),
    `instruction ${name}`,
  );
}

/** Fields of a struct, in the order of their bytes. @throws LockstepError IDL_INCOMPLETE */
export function idlFields(name: string): readonly IdlField[] {
  return found(idl.types.find((type) => type.name === name)?.type.fields, `struct ${name}`);
}

/** First bytes of an account of this kind. @throws LockstepError IDL_INCOMPLETE */
export function accountDiscriminator(name: string): Uint8Array {
  const account = found(
    idl.accounts.find((candidate) => candidate.name === name),
    `account ${name}`,
  );
  return Uint8Array.from(account.discriminator);
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw clientError('IDL_INCOMPLETE', `idl/settlement.json has no ${what}`);
  return value;
}
