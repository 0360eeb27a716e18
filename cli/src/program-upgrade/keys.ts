import { readFile } from 'node:fs/promises';
import { Keypair } from '@solana/web3.js';
import { LockstepError } from '#client';
import type { Signer } from '#relayer';
import { KEYPAIR_ENV } from '../operator/signing.ts';

/** Who pays for a buffer, and signs an upgrade where it is the authority. */
export interface UpgradeKeys {
  readonly payer: Keypair;
  readonly signer: Signer;
}

/**
 * The key of the file, or of the environment; undefined when neither is given.
 * @throws LockstepError KEYPAIR_UNREADABLE, KEYPAIR_EXPOSED; none quotes the key
 */
export async function upgradeKeys(
  keypairFile: string | undefined,
  env: NodeJS.ProcessEnv,
): Promise<UpgradeKeys | undefined> {
  if (keypairFile === undefined && env[KEYPAIR_ENV] === undefined) return undefined;
  const { loadSigner } = await import('#relayer');
  const signer = await loadSigner({ keypairFile, keypairEnv: KEYPAIR_ENV }, env);
  const text = keypairFile === undefined ? env[KEYPAIR_ENV] : await readFile(keypairFile, 'utf8');
  return { signer, payer: Keypair.fromSecretKey(Uint8Array.from(JSON.parse(text ?? '') as number[])) };
}

export const keysMissing = (): LockstepError =>
  new LockstepError(
    'SIGNER_MISSING',
    'nobody pays for the buffer',
    `Give --keypair FILE, or the key in ${KEYPAIR_ENV}: with --export too, since the new object must be on-chain first; --dry-run needs none.`,
  );
