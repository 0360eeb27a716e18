import type { Connection, TransactionInstruction } from '@solana/web3.js';
import { PublicKey, TransactionMessage, VersionedTransaction } from '@solana/web3.js';
import type { Slot } from '#client';
import { LockstepError, slot, toBase58 } from '#client';
import type { Signer } from '#relayer';
import { pause } from '../pause.ts';
import { fromNode } from '../rpc.ts';
import { failureError } from './refusal.ts';

export interface Landing {
  readonly connection: Connection;
  readonly rpcUrl: string;
  readonly signer: Signer;
  readonly instructions: readonly TransactionInstruction[];
  readonly commitment: 'confirmed' | 'finalized';
  readonly signal: AbortSignal;
  /** Called once, before the transaction is sent for the first time. */
  readonly onSigned: (signature: string) => void;
}

export interface Landed {
  readonly signature: string;
  readonly slot: Slot;
}

const POLL_MS = 100;
const RESEND_MS = 2_000;
/** A call without an answer is given up after this. */
const ANSWER_MS = 10_000;
/** A node that says nothing for so long will not tell what became of the transaction. */
const SILENCE_MS = 60_000;

/**
 * Signs one transaction and sends the same bytes until they landed or never can: nothing else is ever signed.
 * @throws LockstepError under the program's name when it landed and was refused, TRANSACTION_EXPIRED, OUTCOME_UNKNOWN,
 * RPC_UNAVAILABLE when nothing was signed yet; the signal's reason
 */
export async function land(landing: Landing): Promise<Landed> {
  const { connection, commitment, signal } = landing;
  const { signature, bytes, lastValidBlockHeight } = await signed(landing);
  landing.onSigned(signature);
  let sentAt = Number.NEGATIVE_INFINITY;
  let answeredAt = performance.now();
  for (;;) {
    signal.throwIfAborted();
    if (performance.now() - sentAt >= RESEND_MS) {
      // An answer that is lost, or "already processed", tells nothing that the status does not tell better.
      await answered(connection.sendRawTransaction(bytes, { skipPreflight: true, maxRetries: 0 })).catch(() => {});
      sentAt = performance.now();
    }
    const look = await answered(lookUp(connection, signature)).catch(() => undefined);
    if (look !== undefined) {
      answeredAt = performance.now();
      const { status, blockHeight } = look;
      if (status?.err != null) throw failureError(status.err);
      if (status !== null && hasReached(status.confirmationStatus, commitment)) {
        return { signature, slot: slot(status.slot) };
      }
      if (status === null && blockHeight > lastValidBlockHeight) throw expired(signature);
    } else if (performance.now() - answeredAt > SILENCE_MS) throw unknown(signature);
    await pause(POLL_MS, signal);
  }
}

async function signed({ connection, rpcUrl, signer, instructions }: Landing) {
  const payerKey = new PublicKey(signer.publicKey);
  const { blockhash, lastValidBlockHeight } = await fromNode(rpcUrl, () => connection.getLatestBlockhash('confirmed'));
  const message = new TransactionMessage({
    payerKey,
    recentBlockhash: blockhash,
    instructions: [...instructions],
  }).compileToV0Message();
  const transaction = new VersionedTransaction(message);
  transaction.addSignature(payerKey, await signer.sign(message.serialize()));
  const signature = toBase58(transaction.signatures[0] ?? new Uint8Array());
  return { signature, bytes: transaction.serialize(), lastValidBlockHeight };
}

/** The height is read first: what is still unseen afterwards was not in a block up to it. */
async function lookUp(connection: Connection, signature: string) {
  const blockHeight = await connection.getBlockHeight('confirmed');
  const { value } = await connection.getSignatureStatuses([signature], { searchTransactionHistory: true });
  return { blockHeight, status: value[0] ?? null };
}

const hasReached = (status: string | undefined, commitment: Landing['commitment']): boolean =>
  status === 'finalized' || status === commitment;

async function answered<T>(call: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer')), ANSWER_MS);
  });
  return Promise.race([call, timeout]).finally(() => clearTimeout(timer));
}

const expired = (signature: string): LockstepError =>
  new LockstepError(
    'TRANSACTION_EXPIRED',
    `transaction ${signature} did not land while its blockhash was valid, and never will`,
    'Run the command again; a --priority-fee helps on a busy cluster.',
  );

const unknown = (signature: string): LockstepError =>
  new LockstepError(
    'OUTCOME_UNKNOWN',
    `the node went silent after transaction ${signature} was sent: it may have landed`,
    'Wait two minutes, look with `lockstep config show`, and run the command again only if it shows the old value.',
  );
