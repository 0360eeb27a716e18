import { readFile } from 'node:fs/promises';
import type { Connection } from '@solana/web3.js';
import { Keypair, LAMPORTS_PER_SOL } from '@solana/web3.js';
import { LockstepError } from '#client';
import { InputError } from '#feeder';
import { loadSigner } from '#relayer';
import { pause } from '../../pause.ts';

const POLL_MS = 200;
const FAUCET_TIMEOUT_MS = 30_000;

/**
 * The key of a file that only its owner can use.
 * @throws LockstepError KEYPAIR_UNREADABLE, KEYPAIR_EXPOSED
 */
export async function operatorFrom(file: string): Promise<Keypair> {
  await loadSigner({ keypairFile: file }, {});
  return Keypair.fromSecretKey(Uint8Array.from(JSON.parse(await readFile(file, 'utf8')) as number[]));
}

/** @throws InputError FUNDS_MISSING */
export async function requireFunds(connection: Connection, operator: Keypair, lamports: number): Promise<void> {
  const balance = await connection.getBalance(operator.publicKey, 'confirmed');
  if (balance >= lamports) return;
  throw new InputError(
    'FUNDS_MISSING',
    `${operator.publicKey} has ${sol(balance)} SOL, and this run may take ${sol(lamports)}`,
    'Send it more, or run with fewer --traders or a smaller --count.',
  );
}

/** A new key with this much from the cluster's faucet. @throws LockstepError FAUCET_REFUSED; the signal's reason */
export async function operatorFromFaucet(
  connection: Connection,
  lamports: number,
  signal: AbortSignal,
): Promise<Keypair> {
  const operator = Keypair.generate();
  try {
    await connection.requestAirdrop(operator.publicKey, lamports);
  } catch (cause) {
    throw faucetRefused(lamports, cause instanceof Error ? cause.message : String(cause), cause);
  }
  const deadline = performance.now() + FAUCET_TIMEOUT_MS;
  while ((await connection.getBalance(operator.publicKey, 'confirmed')) < lamports) {
    if (performance.now() > deadline) throw faucetRefused(lamports, 'the airdrop did not land', undefined);
    await pause(POLL_MS, signal);
  }
  return operator;
}

const faucetRefused = (lamports: number, why: string, cause: unknown): LockstepError =>
  new LockstepError(
    'FAUCET_REFUSED',
    `the cluster's faucet gave no ${sol(lamports)} SOL: ${why.split('\n')[0]}`,
    'Give a key that pays with --keypair FILE.',
    { cause },
  );

const sol = (lamports: number): string => (lamports / LAMPORTS_PER_SOL).toFixed(2);
