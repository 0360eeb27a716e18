import { getBase58Decoder } from '@solana/kit';
import type { Connection } from '@solana/web3.js';
import { PublicKey, VersionedTransaction } from '@solana/web3.js';
import type { MarketHeader, Sequence, Slot } from '#client';
import { effectiveConfig, explainError, RECENT_DIGESTS, readConfig, readMarketHeader, slot } from '#client';
import type { Commitment } from '../../domain/commitment.ts';
import { TransientError } from '../../errors.ts';
import type { Chain, Clock, MarketView, SignatureStatus, SignedTransaction, Signer, Simulation } from '../../ports.ts';
import { createBlockhashCache } from './blockhash.ts';
import { asked } from './rpc.ts';
import type { SignatureHints } from './signature-hints.ts';
import { createTransactionBuilder, MAX_COMPUTE_UNITS } from './transaction.ts';

export interface SolanaChainDeps {
  readonly connection: Connection;
  readonly signer: Signer;
  readonly clock: Clock;
  readonly programId: PublicKey;
  readonly market: PublicKey;
  readonly commitment: Commitment;
  readonly computeUnitPrice: number;
  readonly blockhashMaxAgeMs: number;
  /** Without it polling alone tells. */
  readonly hints?: SignatureHints | undefined;
}

const base58 = getBase58Decoder();

/** The state may change a little between simulating and landing. */
const COMPUTE_MARGIN = 1.2;
const COMPUTE_MARGIN_UNITS = 2_000;
/** Lines of a failed simulation that are shown. */
const SHOWN_LOGS = 3;

/** One market through a Solana JSON-RPC node. */
export function createSolanaChain(deps: SolanaChainDeps): Chain {
  const { connection, signer, programId, market, commitment } = deps;
  const relayer = new PublicKey(signer.publicKey);
  const { computeUnitPrice } = deps;
  const builder = createTransactionBuilder({ programId, market, relayer, computeUnitPrice });
  const blockhashes = createBlockhashCache(connection, deps.clock, deps.blockhashMaxAgeMs);

  const signWith = async (payload: Uint8Array, units: number, avoid: readonly string[], fresh: boolean) => {
    const { blockhash, lastValidBlockHeight } = await blockhashes.latest(fresh);
    const transaction = new VersionedTransaction(builder.message(payload, units, blockhash));
    transaction.addSignature(relayer, await signer.sign(transaction.message.serialize()));
    const signature = base58.decode(transaction.signatures[0] ?? new Uint8Array());
    if (avoid.includes(signature)) return undefined;
    return { signature, bytes: transaction.serialize(), lastValidBlockHeight } satisfies SignedTransaction;
  };

  return {
    payloadCapacity: builder.capacity,
    async market(at) {
      const header = await asked('read market', () => readMarketHeader(connection, market, at, programId));
      return marketView(header.value, header.slot);
    },
    async rules() {
      const config = await asked('read config', () => readConfig(connection, programId, commitment));
      const { minBatchSize, maxBatchAgeSlots } = effectiveConfig(config.value, config.slot);
      return { minBatchSize, maxBatchAgeSlots: slot(maxBatchAgeSlots) };
    },
    simulate: (payload) =>
      asked('simulate', async () => {
        const options = { sigVerify: false, replaceRecentBlockhash: true, commitment };
        const { value } = await connection.simulateTransaction(builder.unsigned(payload), options);
        return simulationOf(value.err, value.logs ?? [], value.unitsConsumed);
      }),
    async sign(payload, computeUnits, avoid) {
      const units = Math.min(MAX_COMPUTE_UNITS, Math.ceil(computeUnits * COMPUTE_MARGIN) + COMPUTE_MARGIN_UNITS);
      const signed = (await signWith(payload, units, avoid, false)) ?? (await signWith(payload, units, avoid, true));
      if (signed === undefined) throw new TransientError('RPC_UNAVAILABLE', 'the node offers no newer blockhash yet');
      return signed;
    },
    async send(bytes) {
      await asked('send', () => connection.sendRawTransaction(bytes, { skipPreflight: true, maxRetries: 0 }));
    },
    async statuses(signatures, searchHistory) {
      const options = { searchTransactionHistory: searchHistory };
      const answer = await asked('statuses', () => connection.getSignatureStatuses([...signatures], options));
      return { slot: slot(answer.context.slot), statuses: answer.value.map((status) => status && statusOf(status)) };
    },
    async heights() {
      const [progress, finalized] = await asked('block heights', () =>
        Promise.all([connection.getEpochInfo(commitment), connection.getEpochInfo('finalized')]),
      );
      return {
        progress: heightOf(progress),
        finalized: heightOf(finalized),
        finalizedSlot: slot(finalized.absoluteSlot),
      };
    },
    hint: (signature, onSeen) => deps.hints?.listen(signature, onSeen) ?? (() => {}),
    close: () => deps.hints?.close(),
  };
}

function marketView(header: MarketHeader, at: Slot): MarketView {
  const { nextSequence, lastTradeId, lastSettledSlot, recentDigests } = header;
  return {
    nextSequence,
    lastTradeId,
    lastSettledSlot,
    slot: at,
    digestOf(sequence: Sequence) {
      const known = sequence < nextSequence && sequence + BigInt(RECENT_DIGESTS) >= nextSequence;
      const digest = known ? recentDigests[Number(sequence % BigInt(RECENT_DIGESTS))] : undefined;
      return digest === undefined ? undefined : Buffer.from(digest).toString('hex');
    },
  };
}

function simulationOf(err: unknown, logs: readonly string[], unitsConsumed: number | undefined): Simulation {
  if (err === null) return { kind: 'accepted', computeUnits: unitsConsumed ?? MAX_COMPUTE_UNITS };
  const refusal = explainError(err, logs);
  if (refusal !== undefined) return { kind: 'refused', refusal };
  return { kind: 'failed', reason: [JSON.stringify(err), ...logs.slice(-SHOWN_LOGS)].join(' | ') };
}

function statusOf(status: {
  slot: number;
  confirmations: number | null;
  err: unknown;
  confirmationStatus?: Commitment;
}): SignatureStatus {
  const commitment = status.confirmationStatus ?? (status.confirmations === null ? 'finalized' : 'processed');
  const error = status.err === null ? {} : { error: JSON.stringify(status.err) };
  return { slot: slot(status.slot), commitment, ...error };
}

function heightOf(info: { blockHeight?: number }): number {
  if (info.blockHeight === undefined) throw new TransientError('RPC_UNAVAILABLE', 'the node tells no block height');
  return info.blockHeight;
}
