/**
 * LiteSVM's transaction errors as Agave writes them in JSON, and the sentence Agave prints for each.
 *
 * LiteSVM hands over variants without fields as numbers: the position in these lists is LiteSVM's number, so the order
 * is part of the contract (a test compares both lists with the enums that LiteSVM declares).
 */

import { INSTRUCTION_ERRORS } from '#client/instruction-errors';

const TRANSACTION_ERRORS = [
  ['AccountInUse', 'Account in use'],
  ['AccountLoadedTwice', 'Account loaded twice'],
  ['AccountNotFound', 'Attempt to debit an account but found no record of a prior credit.'],
  ['ProgramAccountNotFound', 'Attempt to load a program that does not exist'],
  ['InsufficientFundsForFee', 'Insufficient funds for fee'],
  ['InvalidAccountForFee', 'This account may not be used to pay transaction fees'],
  ['AlreadyProcessed', 'This transaction has already been processed'],
  ['BlockhashNotFound', 'Blockhash not found'],
  ['CallChainTooDeep', 'Loader call chain is too deep'],
  ['MissingSignatureForFee', 'Transaction requires a fee but has no signature present'],
  ['InvalidAccountIndex', 'Transaction contains an invalid account reference'],
  ['SignatureFailure', 'Transaction did not pass signature verification'],
  ['InvalidProgramForExecution', 'This program may not be used for executing instructions'],
  ['SanitizeFailure', 'Transaction failed to sanitize accounts offsets correctly'],
  ['ClusterMaintenance', 'Transactions are currently disabled due to cluster maintenance'],
  ['AccountBorrowOutstanding', 'Transaction processing left an account with an outstanding borrowed reference'],
  ['WouldExceedMaxBlockCostLimit', 'Transaction would exceed max Block Cost Limit'],
  ['UnsupportedVersion', 'Transaction version is unsupported'],
  ['InvalidWritableAccount', 'Transaction loads a writable account that cannot be written'],
  ['WouldExceedMaxAccountCostLimit', 'Transaction would exceed max account limit within the block'],
  ['WouldExceedAccountDataBlockLimit', 'Transaction would exceed account data limit within the block'],
  ['TooManyAccountLocks', 'Transaction locked too many accounts'],
  ['AddressLookupTableNotFound', "Transaction loads an address table account that doesn't exist"],
  ['InvalidAddressLookupTableOwner', 'Transaction loads an address table account with an invalid owner'],
  ['InvalidAddressLookupTableData', 'Transaction loads an address table account with invalid data'],
  ['InvalidAddressLookupTableIndex', 'Transaction address table lookup uses an invalid index'],
  ['InvalidRentPayingAccount', 'Transaction leaves an account with a lower balance than rent-exempt minimum'],
  ['WouldExceedMaxVoteCostLimit', 'Transaction would exceed max Vote Cost Limit'],
  ['WouldExceedAccountDataTotalLimit', 'Transaction would exceed total account data limit'],
  ['MaxLoadedAccountsDataSizeExceeded', 'Transaction exceeded max loaded accounts data size cap'],
  ['ResanitizationNeeded', 'ResanitizationNeeded'],
  ['InvalidLoadedAccountsDataSizeLimit', 'LoadedAccountsDataSizeLimit set for transaction must be greater than 0.'],
  ['UnbalancedTransaction', 'Sum of account balances before and after transaction do not match'],
  ['ProgramCacheHitMaxLimit', 'Program cache hit max limit'],
  ['CommitCancelled', 'CommitCancelled'],
] as const;

export type InstructionErrorName = (typeof INSTRUCTION_ERRORS)[number][0];
export type InstructionErrorJson = InstructionErrorName | { Custom: number };
export type TransactionErrorName = (typeof TRANSACTION_ERRORS)[number][0];
export type TransactionErrorJson =
  | TransactionErrorName
  | { InstructionError: [number, InstructionErrorJson] }
  | { DuplicateInstruction: number }
  | { InsufficientFundsForRent: { account_index: number } }
  | { ProgramExecutionTemporarilyRestricted: { account_index: number } };

/** The shapes in which LiteSVM hands over an error; see `FailedTransactionMetadata.err()`. */
export type RawInstructionError = number | { code: number } | { msg: string };
export type RawTransactionError =
  | number
  | { index: number; err(): RawInstructionError }
  | { index: number }
  | { accountIndex: number };

/** `restricted` tells the two variants apart that differ in LiteSVM only by their class. */
export function transactionErrorJson(raw: RawTransactionError, restricted: boolean): TransactionErrorJson {
  if (typeof raw === 'number') return nameAt(TRANSACTION_ERRORS, raw);
  if ('err' in raw) return { InstructionError: [raw.index, instructionErrorJson(raw.err())] };
  if ('accountIndex' in raw) {
    const account = { account_index: raw.accountIndex };
    return restricted ? { ProgramExecutionTemporarilyRestricted: account } : { InsufficientFundsForRent: account };
  }
  return { DuplicateInstruction: raw.index };
}

export function instructionErrorJson(raw: RawInstructionError): InstructionErrorJson {
  if (typeof raw === 'number') return nameAt(INSTRUCTION_ERRORS, raw);
  return 'code' in raw ? { Custom: raw.code } : 'BorshIoError';
}

/** The sentence Agave puts after "Transaction simulation failed: ". */
export function describeTransactionError(error: TransactionErrorJson): string {
  if (typeof error === 'string') return sentenceOf(TRANSACTION_ERRORS, error);
  if ('InstructionError' in error) {
    const [index, cause] = error.InstructionError;
    return `Error processing Instruction ${index}: ${describeInstructionError(cause)}`;
  }
  if ('DuplicateInstruction' in error) {
    return `Transaction contains a duplicate instruction (${error.DuplicateInstruction}) that is not allowed`;
  }
  if ('InsufficientFundsForRent' in error) {
    const { account_index } = error.InsufficientFundsForRent;
    return `Transaction results in an account (${account_index}) with insufficient funds for rent`;
  }
  const { account_index } = error.ProgramExecutionTemporarilyRestricted;
  return `Execution of the program referenced by account at index ${account_index} is temporarily restricted.`;
}

function describeInstructionError(error: InstructionErrorJson): string {
  if (typeof error === 'string') return sentenceOf(INSTRUCTION_ERRORS, error);
  return `custom program error: 0x${error.Custom.toString(16)}`;
}

function nameAt<Name extends string>(table: readonly (readonly [Name, string])[], index: number): Name {
  const row = table[index];
  if (row === undefined) throw new RangeError(`LiteSVM reported an error this node does not know: variant ${index}`);
  return row[0];
}

function sentenceOf(table: readonly (readonly [string, string])[], name: string): string {
  return table.find(([known]) => known === name)?.[1] ?? name;
}
