import {
  ComputeBudgetProgram,
  type MessageV0,
  PublicKey,
  TransactionMessage,
  VersionedTransaction,
} from '@solana/web3.js';
import { settlementInstructions } from '#client';

/** Largest v0 transaction a cluster takes: one IPv6 packet without its headers. */
export const TRANSACTION_BYTES = 1_232;
/** Most a transaction may ask for; a simulation uses it, since it is what finds out. */
export const MAX_COMPUTE_UNITS = 1_400_000;
/** A message needs some blockhash to have its size, and a simulation replaces it. */
const NO_BLOCKHASH = PublicKey.default.toBase58();

export interface TransactionParts {
  readonly programId: PublicKey;
  readonly market: PublicKey;
  readonly relayer: PublicKey;
  /** Micro-lamports per compute unit; 0 leaves the priority fee out. */
  readonly computeUnitPrice: number;
}

export interface TransactionBuilder {
  /** Bytes of batch payload that fit. */
  readonly capacity: number;
  /** To be signed. */
  message(payload: Uint8Array, computeUnits: number, blockhash: string): MessageV0;
  /** Unsigned, for a simulation. */
  unsigned(payload: Uint8Array): VersionedTransaction;
}

/** Builds v0 transactions with one settle_batch each. */
export function createTransactionBuilder(parts: TransactionParts): TransactionBuilder {
  const { settleBatch } = settlementInstructions(parts.programId);
  const message = (data: Uint8Array, units: number, recentBlockhash: string): MessageV0 => {
    const instructions = [
      ComputeBudgetProgram.setComputeUnitLimit({ units }),
      ...priorityFee(parts.computeUnitPrice),
      settleBatch({ relayer: parts.relayer, market: parts.market, data }),
    ];
    return new TransactionMessage({ payerKey: parts.relayer, recentBlockhash, instructions }).compileToV0Message();
  };
  const unsigned = (payload: Uint8Array) => new VersionedTransaction(message(payload, MAX_COMPUTE_UNITS, NO_BLOCKHASH));
  return { capacity: capacityOf((bytes) => unsigned(new Uint8Array(bytes)).serialize().length), message, unsigned };
}

function priorityFee(microLamports: number) {
  return microLamports === 0 ? [] : [ComputeBudgetProgram.setComputeUnitPrice({ microLamports })];
}

/** Lengths are prefixed with one to three bytes, so the room is measured rather than added up. */
function capacityOf(size: (payloadBytes: number) => number): number {
  let capacity = TRANSACTION_BYTES - size(0);
  while (size(capacity) > TRANSACTION_BYTES) capacity -= 1;
  return capacity;
}
