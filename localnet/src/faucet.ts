import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { PublicKey, SystemProgram, Transaction, TransactionInstruction } from '@solana/web3.js';
import { MEMO_PROGRAM, SYSTEM_PROGRAM } from './well-known.ts';
import { decodeTransaction, type WireTransaction } from './wire.ts';

/** 500 million SOL, as solana-test-validator's genesis has; nobody needs more and u64 holds it 36 times. */
export const FAUCET_LAMPORTS = 500_000_000_000_000_000n;

/** What stands before the 32 secret bytes of an Ed25519 key in PKCS #8. */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');
const PUBLIC_KEY_BYTES = 32;

/** The account that airdrops come from. */
export class Faucet {
  readonly #key: KeyObject;
  readonly #publicKey: PublicKey;
  #count = 0;

  /** The same seed gives the same account. */
  constructor(seed: string) {
    const secret = createHash('sha256').update(`faucet\n${seed}`).digest();
    this.#key = createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, secret]), format: 'der', type: 'pkcs8' });
    const spki = createPublicKey(this.#key).export({ format: 'der', type: 'spki' });
    this.#publicKey = new PublicKey(spki.subarray(-PUBLIC_KEY_BYTES));
  }

  get address(): string {
    return this.#publicKey.toBase58();
  }

  /** What the faucet holds at genesis. */
  get genesisAccount(): { lamports: bigint; owner: string; executable: boolean; data: Uint8Array } {
    return { lamports: FAUCET_LAMPORTS, owner: SYSTEM_PROGRAM, executable: false, data: new Uint8Array() };
  }

  /** A signed transfer. The memo keeps two equal airdrops in one block from being one transaction. */
  transfer(recipient: string, lamports: bigint, blockhash: string): WireTransaction {
    this.#count += 1;
    const transaction = new Transaction({ feePayer: this.#publicKey, recentBlockhash: blockhash }).add(
      SystemProgram.transfer({
        fromPubkey: this.#publicKey,
        toPubkey: new PublicKey(recipient),
        lamports,
      }),
      new TransactionInstruction({
        programId: new PublicKey(MEMO_PROGRAM),
        keys: [],
        data: Buffer.from(`airdrop ${this.#count}`),
      }),
    );
    // Node signs fifty times faster than web3.js, and tests ask for airdrops by the thousand.
    transaction.addSignature(this.#publicKey, sign(null, transaction.serializeMessage(), this.#key));
    return decodeTransaction(transaction.serialize({ verifySignatures: false }));
  }
}
