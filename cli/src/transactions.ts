import type { Connection, Keypair, TransactionInstruction } from '@solana/web3.js';
import { TransactionMessage, VersionedTransaction } from '@solana/web3.js';
import { explainError, LockstepError } from '#client';
import { pause } from './pause.ts';

/** Instructions that succeed or fail together, and who signs besides the payer. */
export interface Step {
  readonly instructions: readonly TransactionInstruction[];
  readonly signers: readonly Keypair[];
}

export const step = (instructions: readonly TransactionInstruction[], ...signers: Keypair[]): Step => ({
  instructions,
  signers,
});

/** Sends and waits for the commands' own transactions; the relayer has its own, more careful way. */
export interface Sender {
  /** Returns when all have landed, in any order. @throws LockstepError TRANSACTION_REFUSED, TRANSACTION_LOST */
  together(steps: readonly Step[]): Promise<void>;
}

/** Sent before the first of them is looked up: as many as getSignatureStatuses takes. */
const GROUP_SIZE = 256;
const PARALLEL_SENDS = 16;
const POLL_MS = 20;
/** A blockhash lives for 150 blocks: what has not landed within a minute on any cluster never will. */
const LANDING_TIMEOUT_MS = 60_000;

export function createSender(connection: Connection, payer: Keypair, signal: AbortSignal): Sender {
  const together = async (steps: readonly Step[]) => {
    for (let at = 0; at < steps.length; at += GROUP_SIZE) {
      await landed(connection, await sent(steps.slice(at, at + GROUP_SIZE)), signal);
    }
  };
  const sent = async (steps: readonly Step[]) => {
    const { blockhash } = await connection.getLatestBlockhash('confirmed');
    const signatures: string[] = [];
    for (let at = 0; at < steps.length; at += PARALLEL_SENDS) {
      signal.throwIfAborted();
      const sending = steps.slice(at, at + PARALLEL_SENDS).map((step) => {
        const bytes = signed(step, payer, blockhash).serialize();
        return connection.sendRawTransaction(bytes, { skipPreflight: true });
      });
      signatures.push(...(await Promise.all(sending)));
    }
    return signatures;
  };
  return { together };
}

function signed({ instructions, signers }: Step, payer: Keypair, recentBlockhash: string): VersionedTransaction {
  const message = new TransactionMessage({
    payerKey: payer.publicKey,
    recentBlockhash,
    instructions: [...instructions],
  }).compileToV0Message();
  const transaction = new VersionedTransaction(message);
  transaction.sign([payer, ...signers]);
  return transaction;
}

async function landed(connection: Connection, signatures: readonly string[], signal: AbortSignal): Promise<void> {
  let waiting = signatures;
  const deadline = performance.now() + LANDING_TIMEOUT_MS;
  while (waiting.length > 0) {
    const { value } = await connection.getSignatureStatuses([...waiting]);
    const next: string[] = [];
    for (const [i, signature] of waiting.entries()) {
      const status = value[i];
      if (status?.err) throw await refused(connection, signature, status.err);
      if (status?.confirmationStatus !== 'confirmed' && status?.confirmationStatus !== 'finalized')
        next.push(signature);
    }
    waiting = next;
    if (waiting.length === 0) return;
    if (performance.now() > deadline) throw lost(waiting);
    await pause(POLL_MS, signal);
  }
}

async function refused(connection: Connection, signature: string, err: unknown): Promise<LockstepError> {
  const options = { commitment: 'confirmed', maxSupportedTransactionVersion: 0 } as const;
  const transaction = await connection.getTransaction(signature, options).catch(() => null);
  const refusal = explainError(err, transaction?.meta?.logMessages ?? undefined);
  const why = refusal === undefined ? JSON.stringify(err) : `${refusal.name}: ${refusal.message}`;
  return new LockstepError(
    'TRANSACTION_REFUSED',
    `transaction ${signature} failed: ${why}`,
    refusal?.advice ?? READ_LOGS,
  );
}

const READ_LOGS = 'Read the logs of the transaction.';

const lost = (signatures: readonly string[]): LockstepError =>
  new LockstepError(
    'TRANSACTION_LOST',
    `${signatures.length} transactions did not land, the first is ${signatures[0]}`,
    'Check that the cluster makes blocks, then run again.',
  );
