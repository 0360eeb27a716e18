import { PublicKey } from '@solana/web3.js';
import { LockstepError } from '#client';
import type { Signer } from '#relayer';

export interface SigningOptions {
  readonly keypair?: string;
  readonly admin?: PublicKey;
  readonly export: boolean;
  readonly dryRun: boolean;
}

/** Environment variable that may hold the key itself, for machines without a file. */
export const KEYPAIR_ENV = 'LOCKSTEP_OPERATOR_KEYPAIR';

/** What only makes sense where nobody signs here. */
export interface ElsewhereOptions {
  readonly feePayer?: PublicKey;
  readonly blockhash?: string;
  readonly nonce?: PublicKey;
}

/** @throws LockstepError OPTION_INVALID when an option would have no effect */
export function requireSensible(options: SigningOptions & ElsewhereOptions): void {
  const { admin, feePayer, blockhash, nonce } = options;
  if (options.export) return;
  const inDryRun = { blockhash, nonce };
  const misplaced = options.dryRun ? inDryRun : { admin, 'fee-payer': feePayer, ...inDryRun };
  const name = Object.entries(misplaced).find(([, value]) => value !== undefined)?.[0];
  if (name === undefined) return;
  throw new LockstepError(
    'OPTION_INVALID',
    `--${name} is for a transaction that is signed elsewhere`,
    'Add --export, or leave it out; to sign here give --keypair.',
  );
}

/** Who a transaction is for, and the key where there is one. */
export interface Authority {
  /** Undefined: whoever the config names. */
  readonly address: PublicKey | undefined;
  readonly signer: Signer | undefined;
}

/**
 * Reads the key only where one is needed.
 * @throws LockstepError SIGNER_MISSING, KEYPAIR_UNREADABLE, KEYPAIR_EXPOSED; none quotes the key
 */
export async function authorityOf(options: SigningOptions, env: NodeJS.ProcessEnv): Promise<Authority> {
  const { keypair, admin } = options;
  const sends = !options.export && !options.dryRun;
  const signer = admin === undefined ? await signerIn(keypair, env) : undefined;
  if (signer === undefined && sends) throw signerMissing();
  return { address: admin ?? (signer && new PublicKey(signer.publicKey)), signer };
}

async function signerIn(keypairFile: string | undefined, env: NodeJS.ProcessEnv): Promise<Signer | undefined> {
  if (keypairFile === undefined && env[KEYPAIR_ENV] === undefined) return undefined;
  // The relayer and all it needs are loaded for nobody who only looks.
  const { loadSigner } = await import('#relayer');
  return loadSigner({ keypairFile, keypairEnv: KEYPAIR_ENV }, env);
}

const signerMissing = (): LockstepError =>
  new LockstepError(
    'SIGNER_MISSING',
    'nobody signs',
    `Give --keypair FILE, or the key in ${KEYPAIR_ENV}; --export prints the transaction for others to sign, --dry-run needs no key.`,
  );
