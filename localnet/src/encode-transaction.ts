import { AccountKeys } from './account-keys.ts';
import type { TokenBalance } from './balances.ts';
import { toBase58 } from './base58.ts';
import type { TransactionRecord } from './history.ts';
import type { Json } from './json.ts';
import { RpcError, RpcErrorCode } from './rpc-error.ts';
import type { InnerInstruction, ReturnData } from './svm.ts';
import {
  type AddressLookup,
  type CompiledInstruction,
  decodeTransaction,
  type TransactionVersion,
  type WireMessage,
} from './wire.ts';

export type TransactionEncoding = 'json' | 'jsonParsed' | 'base64' | 'base58';
export const TRANSACTION_ENCODINGS = ['json', 'jsonParsed', 'base64', 'base58'] as const;

export interface TransactionFormat {
  readonly encoding: TransactionEncoding;
  /** The highest version the client can read; undefined means legacy only and leaves the version out of the answer. */
  readonly maxVersion: number | undefined;
}

/** `{transaction, meta, version?}`. Throws when the client has not said that it can read this version. */
export function encodeTransaction(record: TransactionRecord, format: TransactionFormat): { [key: string]: Json } {
  const { message, signatures } = decodeTransaction(record.bytes);
  requireReadable(message.version, format.maxVersion);
  const keys = keysOf(message, record);
  const parsed = format.encoding === 'jsonParsed';
  return {
    meta: encodeMeta(record, keys, parsed),
    transaction: encodeBody(record.bytes, signatures, message, keys, format.encoding),
    version: format.maxVersion === undefined ? undefined : message.version,
  };
}

/** The short form of `getBlock`'s "accounts" level. */
export function encodeTransactionAccounts(record: TransactionRecord, maxVersion?: number): { [key: string]: Json } {
  const { message, signatures } = decodeTransaction(record.bytes);
  requireReadable(message.version, maxVersion);
  return {
    meta: {
      err: record.err,
      fee: record.fee,
      postBalances: record.postBalances,
      postTokenBalances: record.postTokenBalances.map(encodeStoredTokenBalance),
      preBalances: record.preBalances,
      preTokenBalances: record.preTokenBalances.map(encodeStoredTokenBalance),
      status: encodeStatus(record.err),
    },
    transaction: { accountKeys: parsedKeys(keysOf(message, record)), signatures: signatures.map(toBase58) },
    version: maxVersion === undefined ? undefined : message.version,
  };
}

export function encodeStatus(err: TransactionRecord['err']): Json {
  return err === null ? { Ok: null } : { Err: err };
}

export function encodeReturnData({ programId, data }: ReturnData): Json {
  return { data: [Buffer.from(data).toString('base64'), 'base64'], programId };
}

export function encodeTokenBalance({ amount, ...balance }: TokenBalance): Json {
  return { ...balance, uiTokenAmount: amount };
}

/** The calls of each instruction that made any, by its index. */
export function encodeInnerInstructions(
  inner: readonly (readonly InnerInstruction[])[],
  keys: AccountKeys,
  parsed: boolean,
): Json {
  return inner.flatMap((calls, index) => {
    if (calls.length === 0) return [];
    return [{ index, instructions: calls.map((call) => encodeInstruction(call, call.stackHeight, keys, parsed)) }];
  });
}

function encodeMeta(record: TransactionRecord, keys: AccountKeys, parsed: boolean): Json {
  const { innerInstructions, returnData } = record;
  return {
    computeUnitsConsumed: record.unitsConsumed,
    err: record.err,
    fee: record.fee,
    innerInstructions: innerInstructions && encodeInnerInstructions(innerInstructions, keys, parsed),
    loadedAddresses: parsed ? undefined : { readonly: record.loaded.readonly, writable: record.loaded.writable },
    logMessages: record.logs,
    postBalances: record.postBalances,
    postTokenBalances: record.postTokenBalances.map(encodeStoredTokenBalance),
    preBalances: record.preBalances,
    preTokenBalances: record.preTokenBalances.map(encodeStoredTokenBalance),
    returnData: returnData === null ? undefined : encodeReturnData(returnData),
    rewards: [],
    status: encodeStatus(record.err),
  };
}

function encodeBody(
  bytes: Uint8Array,
  signatures: readonly Uint8Array[],
  message: WireMessage,
  keys: AccountKeys,
  encoding: TransactionEncoding,
): Json {
  if (encoding === 'base64') return [Buffer.from(bytes).toString('base64'), 'base64'];
  if (encoding === 'base58') return [toBase58(bytes), 'base58'];
  const parsed = encoding === 'jsonParsed';
  return { message: encodeMessage(message, keys, parsed), signatures: signatures.map(toBase58) };
}

function encodeMessage(message: WireMessage, keys: AccountKeys, parsed: boolean): Json {
  const { requiredSignatures, readonlySigned, readonlyUnsigned } = message.header;
  const header = {
    numReadonlySignedAccounts: readonlySigned,
    numReadonlyUnsignedAccounts: readonlyUnsigned,
    numRequiredSignatures: requiredSignatures,
  };
  return {
    accountKeys: parsed ? parsedKeys(keys) : message.staticKeys,
    addressTableLookups: message.version === 0 ? message.lookups.map(encodeLookup) : undefined,
    header: parsed ? undefined : header,
    instructions: message.instructions.map((instruction) => encodeInstruction(instruction, 1, keys, parsed)),
    recentBlockhash: message.blockhash,
    transactionConfig: message.config === null ? undefined : encodeConfig(message),
  };
}

function encodeConfig({ config }: WireMessage): Json {
  return {
    computeUnitLimit: config?.computeUnitLimit,
    heapSize: config?.heapSize,
    loadedAccountsDataSizeLimit: config?.loadedAccountsDataSizeLimit,
    priorityFee: config?.priorityFeeLamports,
  };
}

function encodeLookup({ table, writableIndexes, readonlyIndexes }: AddressLookup): Json {
  return { accountKey: table, readonlyIndexes: [...readonlyIndexes], writableIndexes: [...writableIndexes] };
}

/** Parsed form names accounts instead of counting them; what the instruction means is left to the client. */
function encodeInstruction(
  { programIndex, accounts, data }: CompiledInstruction,
  stackHeight: number,
  keys: AccountKeys,
  parsed: boolean,
): Json {
  if (!parsed) {
    return { accounts: [...accounts], data: toBase58(data), programIdIndex: programIndex, stackHeight };
  }
  const addresses = [...accounts].map((index) => keys.at(index));
  return { accounts: addresses, data: toBase58(data), programId: keys.at(programIndex), stackHeight };
}

function parsedKeys(keys: AccountKeys): Json {
  const staticCount = keys.all.length - keys.loaded.writable.length - keys.loaded.readonly.length;
  return keys.all.map((pubkey, index) => ({
    pubkey,
    signer: keys.isSigner(index),
    source: index < staticCount ? 'transaction' : 'lookupTable',
    writable: keys.isWritable(index),
  }));
}

/** Agave stores a UI amount of 0 as "none", so history shows null where a simulation shows 0. */
function encodeStoredTokenBalance({ amount, ...balance }: TokenBalance): Json {
  return { ...balance, uiTokenAmount: { ...amount, uiAmount: amount.uiAmount === 0 ? null : amount.uiAmount } };
}

function keysOf(message: WireMessage, record: TransactionRecord): AccountKeys {
  return AccountKeys.withLoaded(message, record.loaded);
}

function requireReadable(version: TransactionVersion, maxVersion: number | undefined): void {
  if (version === 'legacy' || (maxVersion !== undefined && version <= maxVersion)) return;
  throw new RpcError(
    RpcErrorCode.UnsupportedTransactionVersion,
    `Transaction version (${version}) is not supported by the requesting client. Please try the request again with ` +
      `the following configuration parameter: "maxSupportedTransactionVersion": ${version}`,
  );
}
