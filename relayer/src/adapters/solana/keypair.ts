import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { relayerError } from '../../errors.ts';
import type { Signer } from '../../ports.ts';

/** Where the relayer's key comes from: exactly one of the two. */
export interface KeySource {
  readonly keypairFile?: string | undefined;
  /** Name of the environment variable, never its value. */
  readonly keypairEnv?: string | undefined;
}

const SEED_BYTES = 32;
const KEYPAIR_BYTES = 64;
/** PKCS#8 header of an Ed25519 seed (RFC 8410). */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');
const OTHERS_MAY = 0o077;

/** @throws LockstepError KEYPAIR_UNREADABLE or KEYPAIR_EXPOSED; neither quotes the key */
export async function loadSigner(source: KeySource, env: NodeJS.ProcessEnv): Promise<Signer> {
  const { keypairFile, keypairEnv } = source;
  if (keypairFile !== undefined) return signerOf(await readKeyFile(keypairFile), keypairFile);
  const value = keypairEnv === undefined ? undefined : env[keypairEnv];
  if (value === undefined) throw unreadable(`environment variable ${keypairEnv} is not set`);
  return signerOf(value, `environment variable ${keypairEnv}`);
}

async function readKeyFile(file: string): Promise<string> {
  try {
    const found = await stat(file);
    // The advice about a mode must never be given for a directory.
    if (!found.isFile()) throw unreadable(`${file} is not a regular file`);
    const { mode } = found;
    if ((mode & OTHERS_MAY) !== 0) {
      const others = (mode & 0o777).toString(8);
      throw relayerError(
        'KEYPAIR_EXPOSED',
        `${file} has mode ${others}: others may use the key; run: chmod 600 ${file}`,
      );
    }
    return await readFile(file, 'utf8');
  } catch (error) {
    if (isSystemError(error)) throw unreadable(`${file}: ${error.code}`);
    throw error;
  }
}

const isSystemError = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && 'syscall' in error;

/** @throws LockstepError KEYPAIR_UNREADABLE */
export function signerOf(text: string, where: string): Signer {
  const bytes = Uint8Array.from(numbersOf(text, where));
  const der = Buffer.concat([PKCS8_ED25519, bytes.subarray(0, SEED_BYTES)]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-SEED_BYTES);
  if (!publicKey.equals(bytes.subarray(SEED_BYTES)))
    throw unreadable(`${where}: its two halves do not belong together`);
  return {
    publicKey: new Uint8Array(publicKey),
    sign: async (message) => new Uint8Array(sign(null, message, key)),
  };
}

function numbersOf(text: string, where: string): number[] {
  const value = jsonOrUndefined(text);
  const isByte = (item: unknown): item is number => Number.isInteger(item) && Number(item) >= 0 && Number(item) < 256;
  if (Array.isArray(value) && value.length === KEYPAIR_BYTES && value.every(isByte)) return value;
  throw unreadable(`${where} is not a JSON array of ${KEYPAIR_BYTES} bytes`);
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const unreadable = (what: string) => relayerError('KEYPAIR_UNREADABLE', what);
