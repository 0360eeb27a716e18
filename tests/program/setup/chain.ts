import assert from 'node:assert/strict';
import { address, getTransactionDecoder, lamports } from '@solana/kit';
import type { Signer, TransactionInstruction } from '@solana/web3.js';
import { PublicKey, SystemProgram, TransactionMessage, VersionedTransaction } from '@solana/web3.js';
import { FailedTransactionMetadata, LiteSVM } from 'litesvm';
import type { ProgramRefusal, SettlementEvent } from '#client';
import { explainError, parseEvents, programDataAddress } from '#client';
import { settlementObject } from './object.ts';

const UPGRADEABLE_LOADER = new PublicKey('BPFLoaderUpgradeab1e11111111111111111111111');

export interface RawAccount {
  readonly data: Uint8Array;
  readonly owner: PublicKey;
  readonly lamports: bigint;
}

export interface Landed {
  readonly events: readonly SettlementEvent[];
  readonly logs: readonly string[];
  readonly computeUnits: number;
}

/** What a transaction came to: exactly one of the two. */
export type Outcome =
  | { readonly landed: Landed; readonly refusal?: undefined }
  | { readonly landed?: undefined; readonly refusal: ProgramRefusal };

const underTest = settlementObject();

/** Bytes of ProgramData before its object. */
const PROGRAM_DATA_HEADER = 45;

/** Bytes of the upgradeable loader's ProgramData account. */
export function programData(authority: PublicKey | undefined, state = 3, object = underTest): Uint8Array {
  const header = Buffer.alloc(PROGRAM_DATA_HEADER);
  header.writeUInt32LE(state);
  if (authority !== undefined) {
    header[12] = 1;
    authority.toBuffer().copy(header, 13);
  }
  return Buffer.concat([header, object]);
}

/** An in-process chain with the settlement program deployed at `programId` under an upgrade authority. */
export class Chain {
  readonly svm: LiteSVM;
  readonly programId: PublicKey;

  private constructor(svm: LiteSVM, programId: PublicKey) {
    this.svm = svm;
    this.programId = programId;
  }

  static deploy(programId: PublicKey, upgradeAuthority: PublicKey, object = underTest): Chain {
    const svm = new LiteSVM().withTransactionHistory(0n);
    svm.addProgram(address(programId.toBase58()), object);
    const chain = new Chain(svm, programId);
    chain.put(programDataAddress(programId), {
      data: programData(upgradeAuthority, 3, object),
      owner: UPGRADEABLE_LOADER,
      lamports: chain.rent(PROGRAM_DATA_HEADER + object.length),
    });
    return chain;
  }

  /** A chain of its own that starts from this one's present state. */
  fork(): Chain {
    return new Chain(LiteSVM.fromBytes(this.svm.toBytes()), this.programId);
  }

  /** Bytes an object may have before the program must be extended. */
  get objectRoom(): number {
    return this.data(programDataAddress(this.programId)).length - PROGRAM_DATA_HEADER;
  }

  get slot(): bigint {
    return this.svm.getClock().slot;
  }

  warpTo(slot: bigint): void {
    this.svm.warpToSlot(slot);
  }

  rent(bytes: number): bigint {
    return this.svm.minimumBalanceForRentExemption(BigInt(bytes));
  }

  fund(key: PublicKey, amount = 1_000_000_000_000n): void {
    this.put(key, { data: new Uint8Array(), owner: SystemProgram.programId, lamports: amount });
  }

  get(key: PublicKey): RawAccount | undefined {
    const account = this.svm.getAccount(address(key.toBase58()));
    if (!account.exists) return undefined;
    const owner = new PublicKey(account.programAddress);
    return { data: Uint8Array.from(account.data), owner, lamports: account.lamports };
  }

  /** @throws when there is no such account: a test that reads it expects it */
  data(key: PublicKey): Uint8Array {
    const account = this.get(key);
    assert.ok(account, `account ${key.toBase58()} exists`);
    return account.data;
  }

  put(key: PublicKey, account: RawAccount): void {
    this.svm.setAccount({
      address: address(key.toBase58()),
      data: account.data,
      executable: false,
      lamports: lamports(account.lamports),
      programAddress: address(account.owner.toBase58()),
      space: BigInt(account.data.length),
    });
  }

  /** Overwrites bytes of an account; how tests reach states that would take millions of trades. */
  patch(key: PublicKey, offset: number, bytes: Uint8Array): void {
    const account = this.get(key);
    assert.ok(account, `account ${key.toBase58()} exists`);
    account.data.set(bytes, offset);
    this.put(key, account);
  }

  /** The first signer pays. */
  send(instructions: readonly TransactionInstruction[], signers: readonly Signer[]): Outcome {
    const result = this.svm.sendTransaction(getTransactionDecoder().decode(this.signed(instructions, signers)));
    if (result instanceof FailedTransactionMetadata) {
      const refusal = explainError(result);
      assert.ok(refusal, `the transaction failed before any instruction ran: ${result.toString()}`);
      return { refusal };
    }
    const logs = result.logs();
    const computeUnits = Number(result.computeUnitsConsumed());
    return { landed: { events: parseEvents(logs, this.programId), logs, computeUnits } };
  }

  /** The serialized v0 transaction, as a relayer would send it. */
  signed(instructions: readonly TransactionInstruction[], signers: readonly Signer[]): Uint8Array {
    const [payer] = signers;
    assert.ok(payer, 'somebody pays');
    const message = new TransactionMessage({
      payerKey: payer.publicKey,
      recentBlockhash: this.svm.latestBlockhash(),
      instructions: [...instructions],
    });
    const transaction = new VersionedTransaction(message.compileToV0Message());
    transaction.sign([...signers]);
    return transaction.serialize();
  }
}
