import type { AccountInfo, Connection, PublicKey, TransactionInstruction } from '@solana/web3.js';
import {
  NONCE_ACCOUNT_LENGTH,
  NonceAccount,
  SystemProgram,
  TransactionMessage,
  VersionedTransaction,
} from '@solana/web3.js';
import { LockstepError } from '#client';
import type { Plan } from './plan.ts';

export interface ExportOptions {
  /** The recent blockhash to write in, instead of the newest one. */
  readonly blockhash?: string;
  /** A durable nonce account to use instead of a blockhash. */
  readonly nonce?: PublicKey;
}

/** A transaction for others to sign. */
export interface Exported {
  /** The version 0 message, base64: what gets signed, and what a multisig wraps into a proposal. */
  readonly message: string;
  /** The whole transaction, base64: the message after one empty signature a signer. */
  readonly transaction: string;
  /** Whose signatures it needs, in the order of their places. */
  readonly signers: readonly PublicKey[];
  readonly blockhash: string;
  /** The last block height it can land at; null when the blockhash was given or is a nonce. */
  readonly lastValidBlockHeight: number | null;
}

/** @throws LockstepError NONCE_UNREADABLE */
export async function exportPlan(
  connection: Connection,
  plan: Pick<Plan, 'feePayer' | 'instructions'>,
  options: ExportOptions,
): Promise<Exported> {
  const life = await lifeOf(connection, options);
  const message = new TransactionMessage({
    payerKey: plan.feePayer,
    recentBlockhash: life.blockhash,
    instructions: [...life.instructions, ...plan.instructions],
  }).compileToV0Message();
  return {
    message: Buffer.from(message.serialize()).toString('base64'),
    transaction: Buffer.from(new VersionedTransaction(message).serialize()).toString('base64'),
    signers: message.staticAccountKeys.slice(0, message.header.numRequiredSignatures),
    blockhash: life.blockhash,
    lastValidBlockHeight: life.lastValidBlockHeight,
  };
}

interface Life {
  readonly blockhash: string;
  readonly lastValidBlockHeight: number | null;
  /** What must come first. */
  readonly instructions: readonly TransactionInstruction[];
}

async function lifeOf(connection: Connection, { blockhash, nonce }: ExportOptions): Promise<Life> {
  if (nonce !== undefined) return nonceLife(connection, nonce);
  if (blockhash !== undefined) return { blockhash, lastValidBlockHeight: null, instructions: [] };
  return { ...(await connection.getLatestBlockhash('confirmed')), instructions: [] };
}

async function nonceLife(connection: Connection, address: PublicKey): Promise<Life> {
  const { nonce, authorizedPubkey } = nonceIn(address, await connection.getAccountInfo(address, 'confirmed'));
  const advance = SystemProgram.nonceAdvance({ noncePubkey: address, authorizedPubkey });
  return { blockhash: nonce, lastValidBlockHeight: null, instructions: [advance] };
}

function nonceIn(address: PublicKey, account: AccountInfo<Buffer> | null): NonceAccount {
  if (account?.owner.equals(SystemProgram.programId) && account.data.length === NONCE_ACCOUNT_LENGTH) {
    return NonceAccount.fromAccountData(account.data);
  }
  throw new LockstepError(
    'NONCE_UNREADABLE',
    `${address} is no durable nonce account`,
    'Make one with `solana create-nonce-account`, or leave --nonce out.',
  );
}
