/** Runs transactions in LiteSVM and closes the gaps between its verdicts and Agave's. */
import { AccountKeys } from './account-keys.ts';
import { type BalanceSource, type Balances, readBalances } from './balances.ts';
import type { TransactionErrorJson } from './errors.ts';
import { transactionFee } from './fees.ts';
import type { AccountState, LazyAccount, RunResult, SimulationResult, Svm } from './svm.ts';
import { COMPUTE_BUDGET_PROGRAM } from './well-known.ts';
import type { WireTransaction } from './wire.ts';

/** Agave still takes the fee, and records the transaction, when one of these stops it from running. */
const FEE_ONLY_ERRORS: ReadonlySet<TransactionErrorJson> = new Set<TransactionErrorJson>([
  'ProgramAccountNotFound',
  'InvalidProgramForExecution',
  'MaxLoadedAccountsDataSizeExceeded',
]);

/** A transaction with one of these is malformed: Agave answers invalid params and does not even simulate it. */
const SANITIZE_ERRORS: ReadonlySet<TransactionErrorJson> = new Set<TransactionErrorJson>([
  'SanitizeFailure',
  'AddressLookupTableNotFound',
  'InvalidAddressLookupTableOwner',
  'InvalidAddressLookupTableData',
  'InvalidAddressLookupTableIndex',
  'InvalidLoadedAccountsDataSizeLimit',
]);

export interface Execution extends RunResult {
  readonly keys: AccountKeys;
  /** Lamports; null when the transaction got nowhere near paying. */
  readonly fee: bigint | null;
  readonly pre: Balances;
  readonly post: Balances;
  /** Whether it belongs into a block: it ran, or at least paid. */
  readonly included: boolean;
  /** Whether any instruction was reached. */
  readonly ran: boolean;
}

export interface Simulation extends RunResult {
  readonly keys: AccountKeys;
  readonly fee: bigint | null;
  /** Read when asked for, so ask before anything else is executed. */
  readonly balances: () => { readonly pre: Balances; readonly post: Balances };
  /** An account as the transaction would leave it. */
  readonly accountAfter: (address: string) => AccountState | undefined;
}

export function execute(svm: Svm, transaction: WireTransaction, verifySignatures: boolean): Execution {
  const { message } = transaction;
  const keys = keysOf(svm, transaction);
  const pre = readBalances(keys, svm);
  const result = structuralError(transaction) ?? svm.execute(transaction.bytes, verifySignatures);
  const err = correctError(result, transaction, keys, svm);
  // LiteSVM takes the fee exactly when instructions were reached; it does not say so otherwise.
  const ran = err === null || svm.getBalance(keys.payer) !== pre.lamports[0];
  const feeOnly = !ran && FEE_ONLY_ERRORS.has(err);
  const fee = ran || feeOnly ? transactionFee(message) : null;
  if (feeOnly && fee !== null) takeFee(svm, keys.payer, fee);
  const included = ran || feeOnly;
  return { ...result, err, keys, fee, pre, post: included ? readBalances(keys, svm) : pre, included, ran };
}

export function simulate(svm: Svm, transaction: WireTransaction, verifySignatures: boolean): Simulation {
  const keys = keysOf(svm, transaction);
  const result: SimulationResult = structuralError(transaction) ?? svm.simulate(transaction.bytes, verifySignatures);
  const err = correctError(result, transaction, keys, svm);
  const ran = err === null || result.logs.length > 0;
  const fee = ran || FEE_ONLY_ERRORS.has(err) ? transactionFee(transaction.message) : null;
  const after = result.postAccounts;
  const accountAfter = (address: string) => after?.get(address)?.state() ?? svm.getAccount(address);
  const balances = () => {
    const pre = readBalances(keys, svm);
    return { pre, post: balancesAfter(keys, svm, pre, fee, after) };
  };
  return { ...result, err, keys, fee, balances, accountAfter };
}

/** Whether the error means that the bytes are no valid transaction at all. */
export function isSanitizeError(result: RunResult, { message }: WireTransaction): boolean {
  const { err } = result;
  if (err === null) return false;
  if (typeof err === 'string') return SANITIZE_ERRORS.has(err);
  if ('DuplicateInstruction' in err) return true;
  if (!('InstructionError' in err) || result.logs.length > 0) return false;
  // A budget request that cannot be read is refused before anything runs, so nothing was logged.
  const instruction = message.instructions[err.InstructionError[0]];
  return message.staticKeys[instruction?.programIndex ?? -1] === COMPUTE_BUDGET_PROGRAM;
}

function keysOf(svm: Svm, { message }: WireTransaction): AccountKeys {
  return AccountKeys.resolve(message, (address) => svm.getAccount(address));
}

/** Faults of the message that Agave finds by itself, in its order. */
function structuralError({ message, signatures }: WireTransaction): SimulationResult | undefined {
  if (signatures.length !== message.header.requiredSignatures) return notRun('SanitizeFailure');
  if (new Set(message.staticKeys).size !== message.staticKeys.length) return notRun('AccountLoadedTwice');
  return undefined;
}

function notRun(err: TransactionErrorJson): SimulationResult {
  return { err, logs: [], innerInstructions: [], unitsConsumed: 0n, returnData: null, postAccounts: undefined };
}

/** LiteSVM calls a program that does not exist "not executable"; Agave says that it does not exist. */
function correctError(
  { err }: RunResult,
  { message }: WireTransaction,
  keys: AccountKeys,
  svm: Svm,
): TransactionErrorJson | null {
  if (err !== 'InvalidProgramForExecution') return err;
  const missing = message.instructions.some(({ programIndex }) => svm.getOwner(keys.at(programIndex)) === undefined);
  return missing ? 'ProgramAccountNotFound' : err;
}

function takeFee(svm: Svm, payer: string, fee: bigint): void {
  const account = svm.getAccount(payer);
  if (account !== undefined) svm.setAccount(payer, { ...account, lamports: account.lamports - fee });
}

function balancesAfter(
  keys: AccountKeys,
  svm: Svm,
  pre: Balances,
  fee: bigint | null,
  after: ReadonlyMap<string, LazyAccount> | undefined,
): Balances {
  if (after === undefined) {
    const lamports = pre.lamports.map((balance, index) => (index === 0 ? balance - (fee ?? 0n) : balance));
    return { lamports, tokens: pre.tokens };
  }
  const source: BalanceSource = {
    getBalance: (address) => after.get(address)?.lamports() ?? svm.getBalance(address),
    getOwner: (address) => after.get(address)?.owner() ?? svm.getOwner(address),
    getAccount: (address) => after.get(address)?.state() ?? svm.getAccount(address),
  };
  return readBalances(keys, source);
}
