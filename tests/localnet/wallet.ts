/** Funded keys and signed transactions for the suite. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Connection,
  Keypair,
  type PublicKey,
  SystemProgram,
  type TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
} from '@solana/web3.js';
import type { Chain } from './chain.ts';

export const SOL = 1_000_000_000;

export function connect(chain: Pick<Chain, 'rpcUrl' | 'wsUrl'>): Connection {
  return new Connection(chain.rpcUrl, { commitment: 'confirmed', wsEndpoint: chain.wsUrl });
}

/** A new key with some SOL on it, confirmed. */
export async function fundedKey(connection: Connection, lamports = 10 * SOL): Promise<Keypair> {
  const key = Keypair.generate();
  const signature = await connection.requestAirdrop(key.publicKey, lamports);
  await connection.confirmTransaction({ signature, ...(await connection.getLatestBlockhash()) });
  return key;
}

/** Waits until two more slots are confirmed: what was written now is then in force everywhere. */
export async function twoSlots(connection: Connection): Promise<void> {
  const wanted = (await connection.getSlot('processed')) + 2;
  while ((await connection.getSlot('confirmed')) < wanted) await sleep(20);
}

export function transfer(from: PublicKey, to: PublicKey, lamports: number): TransactionInstruction {
  return SystemProgram.transfer({ fromPubkey: from, toPubkey: to, lamports });
}

/** A version 0 transaction, unsigned unless signers are given. */
export function buildV0(
  payer: PublicKey,
  blockhash: string,
  instructions: TransactionInstruction[],
  signers: Keypair[] = [],
): VersionedTransaction {
  const message = new TransactionMessage({ payerKey: payer, recentBlockhash: blockhash, instructions });
  const transaction = new VersionedTransaction(message.compileToV0Message());
  if (signers.length > 0) transaction.sign(signers);
  return transaction;
}

export function base64(transaction: { serialize(): Uint8Array }): string {
  return Buffer.from(transaction.serialize()).toString('base64');
}

/** Sends and waits until confirmed; throws what web3.js throws. Answers the signature. */
export async function sendAndConfirm(
  connection: Connection,
  payer: Keypair,
  instructions: TransactionInstruction[],
  signers: Keypair[] = [],
): Promise<string> {
  const latest = await connection.getLatestBlockhash();
  const transaction = buildV0(payer.publicKey, latest.blockhash, instructions, [payer, ...signers]);
  const signature = await connection.sendTransaction(transaction);
  const { value } = await connection.confirmTransaction({ signature, ...latest });
  if (value.err !== null) throw new Error(JSON.stringify(value.err));
  return signature;
}
