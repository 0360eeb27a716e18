import type { TestContext } from 'node:test';
import {
  type Connection,
  Keypair,
  type PublicKey,
  type TransactionInstruction,
  type VersionedTransaction,
} from '@solana/web3.js';
import { type Localnet, type LocalnetOptions, startLocalnet } from '#localnet';
import { rpc } from '../rpc.ts';
import { base64, buildV0, transfer } from '../wallet.ts';

export interface Setup {
  readonly node: Localnet;
  readonly connection: Connection;
  readonly payer: Keypair;
  /** A signed transfer of so many lamports on a blockhash (the latest one without it). */
  pay(lamports: number, blockhash?: string): Promise<VersionedTransaction>;
  signed(instructions: TransactionInstruction[], blockhash?: string): Promise<VersionedTransaction>;
  /** Sends with preflight. Answers the error's `err`, or null. */
  send(transaction: VersionedTransaction): Promise<unknown>;
  readonly recipient: PublicKey;
}

/** A node whose time stands still unless the test moves it, and a payer with a thousand SOL. Closed with the test. */
export async function setUp(context: TestContext, options: LocalnetOptions = {}): Promise<Setup> {
  const node = await startLocalnet({ manualSlots: true, ...options });
  context.after(() => node.close());
  const connection = node.connection('processed');
  const payer = Keypair.generate();
  const recipient = Keypair.generate().publicKey;
  node.airdrop(payer.publicKey, 1_000_000_000_000n);
  const signed = async (instructions: TransactionInstruction[], blockhash?: string) => {
    const hash = blockhash ?? (await connection.getLatestBlockhash()).blockhash;
    return buildV0(payer.publicKey, hash, instructions, [payer]);
  };
  return {
    node,
    connection,
    payer,
    recipient,
    signed,
    pay: (lamports, blockhash) => signed([transfer(payer.publicKey, recipient, lamports)], blockhash),
    send: async (transaction) => {
      const options = { encoding: 'base64', preflightCommitment: 'processed' };
      const { error } = await rpc(node.rpcUrl, 'sendTransaction', [base64(transaction), options]);
      if (error !== undefined && error.data === undefined) throw new Error(error.message);
      return error?.data?.err ?? null;
    },
  };
}
