/** Reads the parameters of a call; whatever does not fit is answered with invalid params. */
import { fromBase58 } from './base58.ts';
import { MAX_PARAMS_DEPTH } from './limits.ts';
import { invalidParams } from './rpc-error.ts';
import type { Commitment } from './timeline.ts';

const MAX_ADDRESS_CHARACTERS = 44;
const MAX_SIGNATURE_CHARACTERS = 88;
const ADDRESS_BYTES = 32;
const SIGNATURE_BYTES = 64;

export class Params {
  readonly #values: readonly unknown[];

  /** `min` and `max` say how many positional parameters the method takes. */
  constructor(values: unknown, min: number, max: number) {
    // What reads or quotes a value calls itself for every level of it.
    if (isDeeper(values, MAX_PARAMS_DEPTH))
      throw invalidParams(`\`params\` are nested deeper than ${MAX_PARAMS_DEPTH}`);
    this.#values = positional(values);
    if (this.#values.length < min) throw invalidParams(`\`params\` should have at least ${min} argument(s)`);
    if (this.#values.length <= max) return;
    if (max === 0) throw invalidParams('Invalid parameters: No parameters were expected', describe(this.#values));
    const expected = min === max ? `${max}` : `from ${min} to ${max}`;
    const data = `"Got: ${this.#values.length}"`;
    throw invalidParams(`Invalid parameters: Expected ${expected} parameters.`, data);
  }

  value(index: number): unknown {
    return this.#values[index];
  }

  string(index: number): string {
    return asString(this.#values[index]);
  }

  address(index: number): string {
    return asAddress(this.#values[index]);
  }

  signature(index: number): string {
    return asSignature(this.#values[index]);
  }

  u64(index: number): bigint {
    return asU64(this.#values[index]);
  }

  array(index: number): readonly unknown[] {
    return asArray(this.#values[index]);
  }

  isAbsent(index: number): boolean {
    return this.#values[index] === undefined || this.#values[index] === null;
  }

  /** The options object at a position; an absent one has no options set. */
  config(index: number): Config {
    return new Config(this.#values[index]);
  }
}

/** An object of options. Members that are absent or null count as not given; unknown members are ignored. */
export class Config {
  readonly #members: ReadonlyMap<string, unknown>;

  constructor(value: unknown) {
    if (value === undefined || value === null) {
      this.#members = new Map();
    } else if (typeof value === 'object' && !Array.isArray(value)) {
      this.#members = new Map(Object.entries(value));
    } else {
      throw invalidParams(`Invalid params: invalid type: ${describe(value)}, expected an object of options.`);
    }
  }

  /** An unknown word means the default, as it does to Agave. */
  commitment(name = 'commitment'): Commitment {
    const value = this.#members.get(name);
    return value === 'processed' || value === 'confirmed' ? value : 'finalized';
  }

  /** Undefined when the option is not given. */
  optional<T>(name: string, read: (value: unknown) => T): T | undefined {
    const value = this.#members.get(name);
    return value === undefined || value === null ? undefined : read(value);
  }

  required<T>(name: string, read: (value: unknown) => T): T {
    const value = this.optional(name, read);
    if (value === undefined) throw invalidParams(`Invalid params: missing field \`${name}\`.`);
    return value;
  }

  flag(name: string): boolean {
    return this.optional(name, asBoolean) ?? false;
  }

  /** One of the given words, the first of them when the option is absent. */
  oneOf<Word extends string>(name: string, words: readonly [Word, ...Word[]]): Word {
    return this.optional(name, (value) => asOneOf(value, words)) ?? words[0];
  }
}

export function asString(value: unknown): string {
  if (typeof value !== 'string') throw wrongType(value, 'a string');
  return value;
}

export function asBoolean(value: unknown): boolean {
  if (typeof value !== 'boolean') throw wrongType(value, 'a boolean');
  return value;
}

export function asArray(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw wrongType(value, 'a sequence');
  return value;
}

export function asConfig(value: unknown): Config {
  return new Config(value);
}

/** Numbers above 2^53 − 1 arrive rounded by JSON; they are refused rather than guessed. */
export function asU64(value: unknown): bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return BigInt(value);
  throw wrongType(value, 'u64');
}

export function asOneOf<Word extends string>(value: unknown, words: readonly Word[]): Word {
  const word = words.find((candidate) => candidate === value);
  if (word !== undefined) return word;
  const known = words.map((candidate) => `\`${candidate}\``).join(', ');
  throw invalidParams(`Invalid params: unknown variant \`${String(value)}\`, expected one of ${known}.`);
}

export function asAddress(value: unknown): string {
  return base58Of(value, MAX_ADDRESS_CHARACTERS, ADDRESS_BYTES);
}

export function asSignature(value: unknown): string {
  return base58Of(value, MAX_SIGNATURE_CHARACTERS, SIGNATURE_BYTES);
}

function base58Of(value: unknown, maxCharacters: number, bytes: number): string {
  const text = asString(value);
  if (text.length > maxCharacters) throw invalidParams('Invalid param: WrongSize');
  if (decodedLength(text) !== bytes) throw invalidParams('Invalid param: WrongSize');
  return text;
}

function decodedLength(text: string): number {
  try {
    return fromBase58(text).length;
  } catch {
    throw invalidParams('Invalid param: Invalid');
  }
}

function positional(values: unknown): readonly unknown[] {
  if (values === undefined || values === null) return [];
  if (!Array.isArray(values)) throw invalidParams('`params` should be an array');
  return values;
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isDeeper(member, levels - 1));
}

function wrongType(value: unknown, expected: string) {
  return invalidParams(`Invalid params: invalid type: ${describe(value)}, expected ${expected}.`);
}

function describe(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
