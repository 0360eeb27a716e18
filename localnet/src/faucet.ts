import { createHash } from 'node:crypto';
import { Keypair, PublicKey, SystemProgram, Transaction, TransactionInstruction } from '@solana/web3.js';
import { MEMO_PROGRAM, SYSTEM_PROGRAM } from './well-known.ts';
import { decodeTransaction, type WireTransaction } from './wire.ts';

/** 500 million SOL, as solana-test-validator's genesis has; nobody needs more and u64 holds it 36 times. */
export const FAUCET_LAMPORTS = 500_000_000_000_000_000n;

/** The account that airdrops come from. */
export class Faucet {
  readonly #keypair: Keypair;
  #count = 0;

  /** The same seed gives the same account. */
  constructor(seed: string) {
    this.#keypair = Keypair.fromSeed(createHash('sha256').update(`faucet\n${seed}`).digest());
  }

  get address(): string {
    return this.#keypair.publicKey.toBase58();
  }

  /** What the faucet holds at genesis. */
  get genesisAccount(): { lamports: bigint; owner: string; executable: boolean; data: Uint8Array } {
    return { lamports: FAUCET_LAMPORTS, owner: SYSTEM_PROGRAM, executable: false, data: new Uint8Array() };
  }

  /** A signed transfer. The memo keeps two equal airdrops in one block from being one transaction. */
  transfer(recipient: string, lamports: bigint, blockhash: string): WireTransaction {
    this.#count += 1;
    const transaction = new Transaction({ feePayer: this.#keypair.publicKey, recentBlockhash: blockhash }).add(
      SystemProgram.transfer({
        fromPubkey: this.#keypair.publicKey,
        toPubkey: new PublicKey(recipient),
        lamports,
      }),
      new TransactionInstruction({
        programId: new PublicKey(MEMO_PROGRAM),
        keys: [],
        data: Buffer.from(`airdrop ${this.#count}`),
      }),
    );
    transaction.sign(this.#keypair);
    return decodeTransaction(transaction.serialize());
  }
}
