import { MAX_BLOCKHASH_AGE } from '../blockhashes.ts';
import { MalformedBytes } from '../byte-reader.ts';
import { transactionFee } from '../fees.ts';
import type { Json } from '../json.ts';
import type { LocalNode } from '../node.ts';
import { asAddress } from '../params.ts';
import { invalidParams } from '../rpc-error.ts';
import type { Block, Commitment } from '../timeline.ts';
import { decodeBase64 } from '../transaction-text.ts';
import { decodeMessage, MAX_V1_BYTES, type WireMessage } from '../wire.ts';
import { inContext, type MethodTable, readCommitment } from './method.ts';

/** Agave's MAX_TX_ACCOUNT_LOCKS: more accounts than this one transaction can't write. */
const MAX_FEE_ACCOUNTS = 128;
/** Blocks that fee statistics look back, as Agave's cache does. */
const FEE_BLOCKS = 150;

export const feeMethods: MethodTable = {
  getLatestBlockhash: {
    arity: [0, 1],
    run: (params, { node }) => {
      const commitment = readCommitment(params.config(0), node);
      const { height } = node.timeline.at(commitment);
      const value = { blockhash: blockhashAt(node, commitment), lastValidBlockHeight: height + MAX_BLOCKHASH_AGE };
      return inContext(node, commitment, value);
    },
  },
  isBlockhashValid: {
    arity: [1, 2],
    run: (params, { node }) => {
      const blockhash = params.address(0);
      const commitment = readCommitment(params.config(1), node);
      return inContext(node, commitment, node.isBlockhashUsable(blockhash, commitment));
    },
  },
  getFeeForMessage: {
    arity: [1, 2],
    run: (params, { node }) => {
      const message = readMessage(params.string(0));
      const commitment = readCommitment(params.config(1), node);
      const isUsable = node.isBlockhashUsable(message.blockhash, commitment);
      return inContext(node, commitment, isUsable ? transactionFee(message) : null);
    },
  },
  getRecentPrioritizationFees: {
    arity: [0, 1],
    run: (params, { node }) => {
      const accounts = params.isAbsent(0) ? [] : params.array(0).map(asAddress);
      if (accounts.length > MAX_FEE_ACCOUNTS) throw invalidParams(`Too many inputs provided; max ${MAX_FEE_ACCOUNTS}`);
      return recentBlocks(node).flatMap((block) => lowestFee(node, block, accounts));
    },
  },
};

/** The blockhash a client of this commitment would sign with. */
export function blockhashAt(node: LocalNode, commitment: Commitment): string {
  return commitment === 'finalized' ? node.timeline.finalized.blockhash : node.blockhashes.last;
}

function readMessage(text: string): WireMessage {
  try {
    return decodeMessage(decodeBase64(text, MAX_V1_BYTES, 'solana_message::versions::VersionedMessage'));
  } catch (cause) {
    if (!(cause instanceof MalformedBytes)) throw cause;
    throw invalidParams(`failed to deserialize solana_message::versions::VersionedMessage: ${cause.message}`);
  }
}

function recentBlocks(node: LocalNode): Block[] {
  const blocks: Block[] = [];
  let block = node.timeline.block(node.timeline.confirmed.slot);
  while (block !== undefined && blocks.length < FEE_BLOCKS) {
    blocks.push(block);
    block = block.slot === 0n ? undefined : node.timeline.block(block.parentSlot);
  }
  return blocks.reverse();
}

/** The lowest price paid in a block by a transaction that writes all the accounts; nothing when there was none. */
function lowestFee(node: LocalNode, block: Block, accounts: readonly string[]): Json[] {
  let lowest: bigint | undefined;
  for (const signature of block.signatures) {
    const record = node.history.get(signature);
    if (record === undefined || !accounts.every((account) => record.writable.includes(account))) continue;
    if (lowest === undefined || record.computeUnitPrice < lowest) lowest = record.computeUnitPrice;
  }
  return lowest === undefined ? [] : [{ prioritizationFee: lowest, slot: block.slot }];
}
