/** An IDL as the checks read it: complete, whatever form the file has. */
export interface Idl {
  readonly address: string;
  readonly name: string;
  /** Semver of the program. */
  readonly version: string;
  readonly spec: string;
  readonly instructions: readonly Instruction[];
  readonly accounts: readonly Tagged[];
  readonly events: readonly Tagged[];
  readonly errors: readonly ProgramError[];
  readonly types: readonly TypeDef[];
  readonly constants: readonly Constant[];
}

export interface Tagged {
  readonly name: string;
  readonly discriminator: readonly number[];
}

export interface Instruction extends Tagged {
  readonly accounts: readonly InstructionAccount[];
  readonly args: readonly Field[];
  readonly returns: IdlType | undefined;
}

export interface InstructionAccount {
  /** With the names of the groups it is in, slash-separated. */
  readonly name: string;
  readonly writable: boolean;
  readonly signer: boolean;
  readonly optional: boolean;
  readonly address: string | undefined;
  /** Seeds as canonical text. */
  readonly seeds: readonly string[] | undefined;
  /** Program that the address is derived from, as canonical text; undefined for this one. */
  readonly seedsProgram: string | undefined;
}

export interface ProgramError {
  readonly code: number;
  readonly name: string;
  readonly msg: string;
}

export interface Constant {
  readonly name: string;
  readonly type: string;
  readonly value: string;
}

/** As in the file: `"u8"`, `{"vec": …}`, `{"defined": …}` …; layout/resolve.ts gives it a meaning. */
export type IdlType = unknown;

export interface Field {
  /** Position as text in a tuple. */
  readonly name: string;
  readonly type: IdlType;
}

export interface Variant {
  readonly name: string;
  readonly fields: readonly Field[];
}

export interface Repr {
  readonly kind: string;
  readonly packed: boolean;
  readonly align: number | undefined;
}

export interface TypeDef {
  readonly name: string;
  /** `borsh`, `bytemuck`, `bytemuckunsafe`, `custom:` and a name, or `untold` in the form that does not say. */
  readonly serialization: string;
  readonly repr: Repr | undefined;
  /** Names of the parameters, in order. */
  readonly generics: readonly string[];
  readonly body: TypeBody;
}

export type TypeBody =
  | { readonly kind: 'struct'; readonly fields: readonly Field[] }
  | { readonly kind: 'enum'; readonly variants: readonly Variant[] }
  | { readonly kind: 'alias'; readonly type: IdlType }
  | { readonly kind: 'unknown'; readonly text: string };
