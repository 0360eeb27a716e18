import { encodeStatus, encodeTransaction, TRANSACTION_ENCODINGS } from '../encode-transaction.ts';
import type { TransactionRecord } from '../history.ts';
import type { Json } from '../json.ts';
import type { LocalNode } from '../node.ts';
import { asSignature, asU64 } from '../params.ts';
import { invalidParams, RpcError, RpcErrorCode } from '../rpc-error.ts';
import type { Commitment } from '../timeline.ts';
import { encodingOrConfig, readMaxVersion, requireConfirmed } from './blocks.ts';
import { inContext, type MethodTable, readCommitment } from './method.ts';

/** Agave's MAX_GET_SIGNATURE_STATUSES_QUERY_ITEMS. */
const MAX_STATUS_QUERIES = 256;
/** Agave's MAX_GET_CONFIRMED_SIGNATURES_FOR_ADDRESS2_LIMIT. */
const MAX_SIGNATURES = 1_000n;

export const historyMethods: MethodTable = {
  getTransaction: {
    arity: [1, 2],
    run: (params, { node }) => {
      const signature = params.signature(0);
      const config = encodingOrConfig(params, 1);
      const commitment = requireConfirmed(config);
      const format = { encoding: config.oneOf('encoding', TRANSACTION_ENCODINGS), maxVersion: readMaxVersion(config) };
      const record = node.history.get(signature);
      if (record === undefined || !hasReached(node, record, commitment)) return null;
      const { slot, blockTime, indexInBlock } = record;
      return { ...encodeTransaction(record, format), blockTime, slot, transactionIndex: indexInBlock };
    },
  },
  getSignatureStatuses: {
    arity: [1, 2],
    run: (params, { node }) => {
      const values = params.array(0);
      if (values.length > MAX_STATUS_QUERIES) {
        throw invalidParams(`Too many inputs provided; max ${MAX_STATUS_QUERIES}`);
      }
      const signatures = values.map(asSignature);
      const searchHistory = params.config(1).flag('searchTransactionHistory');
      const statuses = signatures.map((signature) => encodeStatusOf(node, signature, searchHistory));
      return inContext(node, 'processed', statuses);
    },
  },
  getSignaturesForAddress: {
    arity: [1, 2],
    run: (params, { node }) => {
      const address = params.address(0);
      const config = params.config(1);
      const commitment = requireConfirmed(config);
      readCommitment(config, node);
      const limit = config.optional('limit', asU64) ?? MAX_SIGNATURES;
      if (limit === 0n || limit > MAX_SIGNATURES) throw invalidParams(`Invalid limit; max ${MAX_SIGNATURES}`);
      const before = knownRecord(node, config.optional('before', asSignature));
      const until = config.optional('until', asSignature);
      const found: Json[] = [];
      for (const record of node.history.ofAccount(address, before)) {
        if (record.signature === until || BigInt(found.length) === limit) break;
        if (hasReached(node, record, commitment)) found.push(encodeSignature(node, record));
      }
      return found;
    },
  },
};

function hasReached(node: LocalNode, record: TransactionRecord, commitment: Commitment): boolean {
  return record.slot <= node.timeline.at(commitment).slot;
}

function knownRecord(node: LocalNode, signature: string | undefined): TransactionRecord | undefined {
  if (signature === undefined) return undefined;
  const record = node.history.get(signature);
  if (record === undefined) throw new RpcError(RpcErrorCode.TransactionNotFound, `Transaction ${signature} not found`);
  return record;
}

function encodeStatusOf(node: LocalNode, signature: string, searchHistory: boolean): Json {
  const status = node.statuses.get(signature) ?? (searchHistory ? node.history.get(signature) : undefined);
  if (status === undefined) return null;
  const { slot, err } = status;
  const confirmationStatus = node.timeline.commitmentOf(slot);
  const confirmations = confirmationStatus === 'finalized' ? null : node.timeline.open.slot - slot;
  return { confirmationStatus, confirmations, err, slot, status: encodeStatus(err) };
}

function encodeSignature(node: LocalNode, record: TransactionRecord): Json {
  return {
    blockTime: record.blockTime,
    confirmationStatus: node.timeline.commitmentOf(record.slot),
    err: record.err,
    memo: record.memo,
    signature: record.signature,
    slot: record.slot,
    transactionIndex: record.indexInBlock,
  };
}
