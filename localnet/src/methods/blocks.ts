import { encodeTransaction, encodeTransactionAccounts, TRANSACTION_ENCODINGS } from '../encode-transaction.ts';
import type { TransactionRecord } from '../history.ts';
import type { Json } from '../json.ts';
import type { LocalNode } from '../node.ts';
import { asConfig, asU64, Config, type Params } from '../params.ts';
import { invalidParams, RpcError, RpcErrorCode } from '../rpc-error.ts';
import type { Block, Commitment } from '../timeline.ts';
import type { MethodTable } from './method.ts';

/** Agave's MAX_GET_CONFIRMED_BLOCKS_RANGE. */
const MAX_BLOCKS_RANGE = 500_000n;

export const blockMethods: MethodTable = {
  getBlock: {
    arity: [1, 2],
    run: (params, { node }) => {
      const config = encodingOrConfig(params, 1);
      const block = findBlock(node, params.u64(0), requireConfirmed(config));
      return encodeBlock(node, block, config);
    },
  },
  getBlocks: {
    arity: [1, 3],
    run: (params, { node }) => {
      const { commitment, last } = range(params, node);
      const end = params.isAbsent(1) || typeof params.value(1) === 'object' ? last : params.u64(1);
      const start = params.u64(0);
      if (end >= start && end - start > MAX_BLOCKS_RANGE)
        throw invalidParams(`Slot range too large; max ${MAX_BLOCKS_RANGE}`);
      return blocksBetween(node, start, end, commitment);
    },
  },
  getBlocksWithLimit: {
    arity: [2, 3],
    run: (params, { node }) => {
      const limit = params.u64(1);
      if (limit > MAX_BLOCKS_RANGE) throw invalidParams(`Limit too large; max ${MAX_BLOCKS_RANGE}`);
      const { commitment, last } = range(params, node);
      return blocksBetween(node, params.u64(0), last, commitment).slice(0, Number(limit));
    },
  },
  getBlockTime: { arity: [1, 1], run: (params, { node }) => findBlock(node, params.u64(0), 'confirmed').time },
  getFirstAvailableBlock: { arity: [0, 0], run: (_, { node }) => node.timeline.firstSlot },
  minimumLedgerSlot: { arity: [0, 0], run: (_, { node }) => node.timeline.firstSlot },
};

/** History only exists from "confirmed" on. */
export function requireConfirmed(config: Config): Commitment {
  const commitment = config.commitment();
  if (commitment === 'processed') throw invalidParams('Method does not support commitment below `confirmed`');
  return commitment;
}

/** These methods take the encoding alone in place of the options, as they did before options existed. */
export function encodingOrConfig(params: Params, index: number): Config {
  const value = params.value(index);
  return typeof value === 'string' ? new Config({ encoding: value }) : params.config(index);
}

export function readMaxVersion(config: Config): number | undefined {
  const version = config.optional('maxSupportedTransactionVersion', asU64);
  return version === undefined ? undefined : Number(version);
}

function findBlock(node: LocalNode, slot: bigint, commitment: Commitment): Block {
  const { timeline } = node;
  if (slot > timeline.at(commitment).slot) {
    throw new RpcError(RpcErrorCode.BlockNotAvailable, `Block not available for slot ${slot}`);
  }
  const block = timeline.block(slot);
  if (block !== undefined) return block;
  if (slot < timeline.firstSlot) throw cleanedUp(node, slot);
  const message = `Slot ${slot} was skipped, or missing due to ledger jump to recent snapshot`;
  throw new RpcError(RpcErrorCode.SlotSkipped, message);
}

function cleanedUp(node: LocalNode, slot: bigint): RpcError {
  const first = node.timeline.firstSlot;
  const message = `Block ${slot} cleaned up, does not exist on node. First available block: ${first}`;
  return new RpcError(RpcErrorCode.BlockCleanedUp, message);
}

function encodeBlock(node: LocalNode, block: Block, config: Config): Json {
  const details = config.oneOf('transactionDetails', ['full', 'signatures', 'accounts', 'none']);
  const format = { encoding: config.oneOf('encoding', TRANSACTION_ENCODINGS), maxVersion: readMaxVersion(config) };
  const head = {
    blockHeight: block.height,
    blockTime: block.time,
    blockhash: block.blockhash,
    parentSlot: block.parentSlot,
    previousBlockhash: block.previousBlockhash,
    rewards: (config.optional('rewards', (value) => value === true) ?? true) ? [] : undefined,
  };
  switch (details) {
    case 'none':
      return head;
    case 'signatures':
      return { ...head, signatures: block.signatures };
    case 'accounts':
      return {
        ...head,
        transactions: recordsOf(node, block).map((it) => encodeTransactionAccounts(it, format.maxVersion)),
      };
    case 'full':
      return { ...head, transactions: recordsOf(node, block).map((record) => encodeTransaction(record, format)) };
  }
}

/** All or nothing: a block of which some transactions are forgotten counts as forgotten. */
function recordsOf(node: LocalNode, block: Block): TransactionRecord[] {
  return block.signatures.map((signature) => {
    const record = node.history.get(signature);
    if (record === undefined) throw cleanedUp(node, block.slot);
    return record;
  });
}

function range(params: Params, node: LocalNode): { commitment: Commitment; last: bigint } {
  const options = [params.value(1), params.value(2)].find((value) => typeof value === 'object' && value !== null);
  const commitment = requireConfirmed(asConfig(options));
  return { commitment, last: node.timeline.at(commitment).slot };
}

function blocksBetween(node: LocalNode, start: bigint, end: bigint, commitment: Commitment): bigint[] {
  const { timeline } = node;
  const last = timeline.at(commitment).slot;
  const slots: bigint[] = [];
  const from = start > timeline.firstSlot ? start : timeline.firstSlot;
  for (let slot = from; slot <= end && slot <= last; slot += 1n) {
    if (timeline.block(slot) !== undefined) slots.push(slot);
  }
  return slots;
}
