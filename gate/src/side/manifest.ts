import { gateError } from '../errors.ts';
import { isObject } from '../idl/json.ts';

/** What a release says of itself; releases/README.md has every field. */
export interface Manifest {
  readonly name: string;
  readonly semver: string;
  /** Hex, of the object or package. */
  readonly sha256: string | undefined;
  /** Hex, of the IDL's text. */
  readonly idlSha256: string | undefined;
  /** Hex, of the recording of what the object did. */
  readonly goldenSha256: string | undefined;
  /** Batch versions a program settles. */
  readonly settles: readonly number[] | undefined;
  /** Batch versions and event schemas a package speaks. */
  readonly speaks: readonly number[] | undefined;
  /** Allocated bytes of account types, discriminator included. */
  readonly accountBytes: ReadonlyMap<string, number>;
}

/** @throws LockstepError GATE_MANIFEST_INVALID */
export function parseManifest(text: string, file: string): Manifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw gateError('GATE_MANIFEST_INVALID', `${file} is no JSON`, cause);
  }
  if (!isObject(json) || typeof json.name !== 'string' || typeof json.semver !== 'string') {
    throw gateError('GATE_MANIFEST_INVALID', `${file} names no release`);
  }
  const { name, semver } = json;
  return {
    name,
    semver,
    sha256: hash(json.sha256, file),
    idlSha256: hash(json.idlSha256, file),
    goldenSha256: hash(json.goldenSha256, file),
    settles: versions(json.batchVersions, file),
    speaks: versions(json.speaks, file),
    accountBytes: sizes(json.accountBytes ?? {}, 'GATE_MANIFEST_INVALID', file),
  };
}

function hash(value: unknown, file: string): string | undefined {
  if (value === undefined || (typeof value === 'string' && /^[0-9a-f]{64}$/.test(value))) return value;
  throw gateError('GATE_MANIFEST_INVALID', `${file} has a hash that is none`);
}

function versions(value: unknown, file: string): readonly number[] | undefined {
  if (value === undefined) return undefined;
  const isVersion = (one: unknown): one is number => typeof one === 'number' && Number.isInteger(one) && one > 0;
  if (Array.isArray(value) && value.length > 0 && value.every(isVersion)) return value;
  throw gateError('GATE_MANIFEST_INVALID', `${file} has versions that are none`);
}

/** Name of an account type to bytes. @throws LockstepError with the code given */
export function sizes(
  value: unknown,
  code: 'GATE_MANIFEST_INVALID' | 'GATE_SIZES_INVALID',
  file: string,
): ReadonlyMap<string, number> {
  if (!isObject(value)) throw gateError(code, `${file}: sizes are an object of name to bytes`);
  const entries = Object.entries(value).map(([name, bytes]) => {
    if (typeof bytes === 'number' && Number.isInteger(bytes) && bytes > 0) return [name, bytes] as const;
    throw gateError(code, `${file}: the size of ${name} is no number of bytes`);
  });
  return new Map(entries);
}
