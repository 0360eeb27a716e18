import { BlockhashQueue, MAX_BLOCKHASH_AGE } from './blockhashes.ts';
import type { TransactionErrorJson } from './errors.ts';
import { type Execution, execute, isSanitizeError, type Simulation, simulate } from './executor.ts';
import { Faucet } from './faucet.ts';
import { computeUnitPrice } from './fees.ts';
import { TransactionHistory, type TransactionRecord } from './history.ts';
import { LocalnetError } from './localnet-error.ts';
import { memoOf } from './memo.ts';
import { StatusCache } from './statuses.ts';
import { type AccountState, Svm } from './svm.ts';
import { Sysvars } from './sysvars.ts';
import { type Block, type Commitment, type OpenBlock, Timeline, type TimelineOptions } from './timeline.ts';
import { transactionId, type WireTransaction } from './wire.ts';

/** What happens on the chain, for those who notify others. Calls arrive in this order and must not change the node. */
export interface NodeObserver {
  transactionReceived(signature: string): void;
  transactionExecuted(record: TransactionRecord): void;
  /** Accounts were written in the open slot. */
  accountsWritten(addresses: readonly string[]): void;
  /** A block has ended, which confirms it; `written` names the accounts it wrote. */
  blockEnded(block: Block, written: ReadonlySet<string>): void;
  slotOpened(open: OpenBlock): void;
  blockFinalized(block: Block): void;
}

export interface SimulateOptions {
  readonly verifySignatures: boolean;
  /** The bank whose blockhashes count; undefined when the blockhash and replays shall not matter. */
  readonly blockhashesAt: Commitment | undefined;
}

/** The outcome of handing in a transaction: executed and recorded, or refused without a trace. */
export type Submission =
  | { readonly record: TransactionRecord }
  | {
      readonly refused: TransactionErrorJson;
      /** It is no valid transaction at all, rather than one that came too late or was not signed. */
      readonly malformed: boolean;
    };

/** The chain without any network: state, blocks, history. All of it happens synchronously in the caller's turn. */
export class LocalNode {
  readonly svm = new Svm();
  readonly timeline: Timeline;
  readonly history: TransactionHistory;
  readonly statuses = new StatusCache();
  readonly blockhashes: BlockhashQueue;
  readonly faucet: Faucet;
  readonly #sysvars: Sysvars;
  readonly #observers = new Set<NodeObserver>();
  #writtenInSlot = new Set<string>();
  #transactionCount = 0;

  constructor(options: TimelineOptions) {
    this.timeline = new Timeline(options);
    this.history = new TransactionHistory(options.limits.transactions);
    this.blockhashes = new BlockhashQueue(this.timeline.genesisHash);
    this.faucet = new Faucet(this.timeline.genesisHash);
    this.#sysvars = new Sysvars(this.svm, options.timeOf(0n));
    this.#sysvars.addSlotHash(0n, this.timeline.genesisHash);
    this.#sysvars.openSlot(this.timeline.open.slot, this.timeline.open.time);
    this.svm.setAccount(this.faucet.address, this.faucet.genesisAccount);
  }

  /** Transactions executed since genesis. */
  get transactionCount(): number {
    return this.#transactionCount;
  }

  observe(observer: NodeObserver): void {
    this.#observers.add(observer);
  }

  /** Tells observers that a transaction has arrived, before anything is known about it. */
  announce(signature: string): void {
    for (const observer of this.#observers) observer.transactionReceived(signature);
  }

  /** Executes a transaction in the open block. It is refused for what keeps it out of a block on a cluster. */
  submit(transaction: WireTransaction, verifySignatures: boolean): Submission {
    const signature = transactionId(transaction);
    const refused = this.#replayOrExpiry(signature, transaction.message.blockhash);
    if (refused !== null) return { refused, malformed: false };
    const execution = execute(this.svm, transaction, verifySignatures);
    if (!execution.included && execution.err !== null) {
      return { refused: execution.err, malformed: isSanitizeError(execution, transaction) };
    }
    return { record: this.#record(signature, transaction, execution) };
  }

  simulate(transaction: WireTransaction, { verifySignatures, blockhashesAt }: SimulateOptions): Simulation {
    const result = simulate(this.svm, transaction, verifySignatures);
    if (blockhashesAt === undefined || result.err === 'SignatureFailure' || isSanitizeError(result, transaction)) {
      return result;
    }
    const refused = this.#replayOrExpiry(transactionId(transaction), transaction.message.blockhash, blockhashesAt);
    if (refused === null) return result;
    const { pre } = result.balances();
    const nothing = { logs: [], unitsConsumed: 0n, fee: null, returnData: null };
    return { ...result, ...nothing, err: refused, balances: () => ({ pre, post: pre }) };
  }

  /** Answers the signature of the transfer. Throws FAUCET_EMPTY; ADDRESS_INVALID for what nobody can write to. */
  airdrop(recipient: string, lamports: bigint): string {
    const transaction = this.faucet.transfer(recipient, lamports, this.blockhashes.last);
    const submission = this.submit(transaction, false);
    const err = 'refused' in submission ? submission.refused : submission.record.err;
    if ('refused' in submission || err !== null) {
      if (isReadonlyRecipient(err)) {
        const message = `${recipient} is a sysvar or a program of the runtime and can't be given lamports`;
        throw new LocalnetError('ADDRESS_INVALID', message, 'Give the address of a wallet.');
      }
      const message = `The faucet can't send ${lamports} lamports to ${recipient}`;
      throw new LocalnetError('FAUCET_EMPTY', message, 'Ask for at least the rent minimum, or start a new chain.');
    }
    return submission.record.signature;
  }

  /** Writes an account past all rules. A program can't be replaced by something that is not one. */
  setAccount(address: string, account: Omit<AccountState, 'rentEpoch'>): void {
    const replacesProgram = this.svm.getAccount(address)?.executable === true;
    if (replacesProgram && (!account.executable || account.lamports === 0n)) {
      const advice = 'Load the other program under this address, or choose another address.';
      throw new LocalnetError('PROGRAM_REPLACED', `${address} is a program and stays one`, advice);
    }
    this.svm.setAccount(address, account);
    this.#written([address]);
  }

  /** Ends the open block and opens the next one, as many times as asked. */
  advanceSlots(count: number): void {
    for (let index = 0; index < count; index += 1) this.#advanceTo(this.timeline.open.slot + 1n);
  }

  /** Ends the open block and opens the given slot, which must lie ahead; the slots between are skipped. */
  warpToSlot(slot: bigint): void {
    if (slot <= this.timeline.open.slot) {
      const message = `Slot ${slot} is not ahead of the open slot ${this.timeline.open.slot}`;
      throw new LocalnetError('SLOT_NOT_AHEAD', message, 'Time only goes forward: start a new chain to go back.');
    }
    this.#advanceTo(slot);
  }

  /** Lets as many blocks pass as it takes to make everything signed until now unusable. */
  expireBlockhashes(): void {
    this.advanceSlots(Number(MAX_BLOCKHASH_AGE) + 1);
  }

  /** Whether a transaction on this blockhash could land, as far as the bank of this commitment knows. */
  isBlockhashUsable(blockhash: string, at: Commitment = 'processed'): boolean {
    const knownHeight = at === 'finalized' ? this.timeline.finalized.height : this.timeline.confirmed.height;
    return this.blockhashes.isUsable(blockhash, knownHeight);
  }

  #replayOrExpiry(signature: string, blockhash: string, at?: Commitment): TransactionErrorJson | null {
    if (!this.isBlockhashUsable(blockhash, at)) return 'BlockhashNotFound';
    return this.statuses.get(signature) === undefined ? null : 'AlreadyProcessed';
  }

  #record(signature: string, transaction: WireTransaction, execution: Execution): TransactionRecord {
    const { open } = this.timeline;
    const { keys, err, ran, pre, post } = execution;
    const record: TransactionRecord = {
      ordinal: this.#transactionCount,
      signature,
      slot: open.slot,
      indexInBlock: open.signatures.length,
      blockTime: open.time,
      bytes: transaction.bytes,
      accounts: keys.all,
      writable: keys.writable(),
      loaded: keys.loaded,
      memo: memoOf(transaction.message, keys),
      err,
      fee: execution.fee ?? 0n,
      preBalances: pre.lamports,
      postBalances: post.lamports,
      preTokenBalances: pre.tokens,
      postTokenBalances: post.tokens,
      logs: ran ? execution.logs : null,
      innerInstructions: ran ? execution.innerInstructions : null,
      unitsConsumed: execution.unitsConsumed,
      computeUnitPrice: computeUnitPrice(transaction.message),
      returnData: execution.returnData,
    };
    this.#transactionCount += 1;
    open.signatures.push(signature);
    this.history.add(record);
    this.statuses.add(signature, { slot: open.slot, height: open.height, err });
    for (const observer of this.#observers) observer.transactionExecuted(record);
    this.#written(err === null ? record.writable : [keys.payer]);
    return record;
  }

  #written(addresses: readonly string[]): void {
    for (const address of addresses) this.#writtenInSlot.add(address);
    for (const observer of this.#observers) observer.accountsWritten(addresses);
  }

  #advanceTo(slot: bigint): void {
    const { ended, finalized } = this.timeline.advance(slot);
    const { open } = this.timeline;
    this.blockhashes.push(ended.blockhash, ended.height);
    this.statuses.forgetOlderThan(open.height);
    this.#sysvars.addSlotHash(ended.slot, ended.blockhash);
    const written = this.#writtenInSlot;
    this.#writtenInSlot = new Set();
    // Observers read account data as the ended block left it, so they come before the clock sysvar moves on.
    for (const observer of this.#observers) observer.blockEnded(ended, written);
    this.#sysvars.openSlot(open.slot, open.time);
    for (const observer of this.#observers) {
      observer.slotOpened(open);
      for (const block of finalized) observer.blockFinalized(block);
    }
  }
}

/** The runtime takes the write lock of reserved accounts, and of those a transaction calls, away. */
function isReadonlyRecipient(err: TransactionErrorJson | null): boolean {
  return (
    typeof err === 'object' &&
    err !== null &&
    'InstructionError' in err &&
    err.InstructionError[1] === 'ReadonlyLamportChange'
  );
}
