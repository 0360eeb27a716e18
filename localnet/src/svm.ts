/**
 * The only file that knows LiteSVM. It talks to the native class directly: the package's outer class takes decoded
 * transactions and hands every account over as a copy, which costs milliseconds per account at the size of a market.
 */
import {
  Clock,
  EpochSchedule,
  FailedTransactionMetadata,
  LiteSvm,
  Account as NativeAccount,
  TransactionErrorProgramExecutionTemporarilyRestricted as Restricted,
} from 'litesvm/dist/internal.js';
import { fromBase58, toBase58 } from './base58.ts';
import { type RawTransactionError, type TransactionErrorJson, transactionErrorJson } from './errors.ts';
import { UPGRADEABLE_LOADER } from './well-known.ts';

/** "Never pays rent": what every account created today carries. */
const RENT_EXEMPT_EPOCH = 0xffff_ffff_ffff_ffffn;

export interface AccountState {
  readonly lamports: bigint;
  readonly owner: string;
  readonly executable: boolean;
  readonly data: Uint8Array;
  readonly rentEpoch: bigint;
}

export interface InnerInstruction {
  readonly programIndex: number;
  readonly accounts: Uint8Array;
  readonly data: Uint8Array;
  readonly stackHeight: number;
}

export interface ReturnData {
  readonly programId: string;
  readonly data: Uint8Array;
}

/** What running a transaction gave, before the node judges whether it counts. */
export interface RunResult {
  readonly err: TransactionErrorJson | null;
  readonly logs: readonly string[];
  /** One list per instruction of the message; empty when it called nothing. */
  readonly innerInstructions: readonly (readonly InnerInstruction[])[];
  readonly unitsConsumed: bigint;
  readonly returnData: ReturnData | null;
}

/** An account that is only copied out of LiteSVM as far as it is asked for. */
export interface LazyAccount {
  lamports(): bigint;
  owner(): string;
  state(): AccountState;
}

export interface SimulationResult extends RunResult {
  /** The writable accounts as the transaction would leave them; undefined when it fails. */
  readonly postAccounts: ReadonlyMap<string, LazyAccount> | undefined;
}

type Metadata = ReturnType<FailedTransactionMetadata['meta']>;

export class Svm {
  readonly #svm = new LiteSvm();

  constructor() {
    this.#svm.setBlockhashCheck(false);
    this.#svm.setTransactionHistory(0n);
    this.#svm.withNativeMints();
  }

  /** `bytes` must have passed `decodeTransaction`: LiteSVM aborts the process on bytes it cannot decode. */
  execute(bytes: Uint8Array, verifySignatures: boolean): RunResult {
    this.#svm.setSigverify(verifySignatures);
    const result = this.#svm.sendVersionedTransaction(bytes);
    if (result instanceof FailedTransactionMetadata) return runResult(result.meta(), errorOf(result));
    return runResult(result, null);
  }

  /** Changes nothing; `bytes` as for {@link execute}. */
  simulate(bytes: Uint8Array, verifySignatures: boolean): SimulationResult {
    this.#svm.setSigverify(verifySignatures);
    const result = this.#svm.simulateVersionedTransaction(bytes);
    if (result instanceof FailedTransactionMetadata) {
      return { ...runResult(result.meta(), errorOf(result)), postAccounts: undefined };
    }
    const postAccounts = new Map(
      result.postAccounts().map((entry) => [toBase58(entry.address), lazyAccount(() => entry.account())]),
    );
    return { ...runResult(result.meta(), null), postAccounts };
  }

  getAccount(address: string): AccountState | undefined {
    const account = this.#svm.getAccount(fromBase58(address));
    return account === null ? undefined : accountState(account);
  }

  getBalance(address: string): bigint {
    return this.#svm.getBalance(fromBase58(address)) ?? 0n;
  }

  /** The account without its data, which can be large; undefined when there is none. */
  getOwner(address: string): string | undefined {
    const account = this.#svm.getAccount(fromBase58(address));
    return account === null ? undefined : toBase58(account.owner());
  }

  /** Throws when the account would be a program that cannot run. An account of 0 lamports is removed. */
  setAccount(address: string, account: Omit<AccountState, 'rentEpoch'>): void {
    const { lamports, data, owner, executable } = account;
    this.#svm.setAccount(
      fromBase58(address),
      new NativeAccount(lamports, data, fromBase58(owner), executable, RENT_EXEMPT_EPOCH),
    );
  }

  /** Every account of an owner. Takes time in proportion to all accounts of the chain. */
  getProgramAccounts(owner: string): { address: string; account: AccountState }[] {
    return this.#svm
      .getProgramAccounts(fromBase58(owner))
      .map((entry) => ({ address: toBase58(entry.address), account: accountState(entry.account()) }));
  }

  /** Puts a program under the upgradeable loader. Throws when the object is not one the loader accepts. */
  addProgram(address: string, object: Uint8Array): void {
    this.#svm.addProgramWithLoader(fromBase58(address), object, fromBase58(UPGRADEABLE_LOADER));
  }

  minimumBalance(dataLength: bigint): bigint {
    return this.#svm.minimumBalanceForRentExemption(dataLength);
  }

  setClock(slot: bigint, epoch: bigint, epochStartTimestamp: bigint, unixTimestamp: bigint): void {
    this.#svm.setClock(new Clock(slot, epochStartTimestamp, epoch, epoch + 1n, unixTimestamp));
  }

  setEpochSchedule(slotsPerEpoch: bigint): void {
    this.#svm.setEpochSchedule(new EpochSchedule(slotsPerEpoch, slotsPerEpoch, false, 0n, 0n));
  }
}

function lazyAccount(native: () => NativeAccount): LazyAccount {
  return {
    lamports: () => native().lamports(),
    owner: () => toBase58(native().owner()),
    state: () => accountState(native()),
  };
}

function accountState(account: NativeAccount): AccountState {
  return {
    lamports: account.lamports(),
    owner: toBase58(account.owner()),
    executable: account.executable(),
    data: account.data(),
    rentEpoch: account.rentEpoch(),
  };
}

function errorOf(failure: FailedTransactionMetadata): TransactionErrorJson {
  const raw: RawTransactionError = failure.err();
  return transactionErrorJson(raw, raw instanceof Restricted);
}

function runResult(meta: Metadata, err: TransactionErrorJson | null): RunResult {
  const returned = meta.returnData();
  const data = returned.data();
  return {
    err,
    logs: meta.logs(),
    innerInstructions: meta.innerInstructions().map((list) =>
      list.map((inner) => {
        const compiled = inner.instruction();
        return {
          programIndex: compiled.programIdIndex(),
          accounts: compiled.accounts(),
          data: compiled.data(),
          stackHeight: inner.stackHeight(),
        };
      }),
    ),
    unitsConsumed: meta.computeUnitsConsumed(),
    returnData: data.length === 0 ? null : { programId: toBase58(returned.programId()), data },
  };
}
