import type { Connection } from '@solana/web3.js';
import { PublicKey, VersionedTransaction } from '@solana/web3.js';
import type { GlobalConfig, MarketHeader, Slot } from '#client';
import {
  BatchVersion,
  configAddress,
  effectiveConfig,
  explainError,
  explainResult,
  RECENT_DIGESTS,
  ResultCode,
  readConfig,
  readMarketHeader,
  slot,
  toBase58,
  VersionBit,
} from '#client';
import type { Commitment } from '../../domain/commitment.ts';
import { TransientError } from '../../errors.ts';
import type {
  Chain,
  Clock,
  MarketView,
  SettlementRules,
  SignatureStatus,
  SignedTransaction,
  Signer,
  Simulation,
  StatusReport,
} from '../../ports.ts';
import { createAgeCheck } from './age.ts';
import { createBlockhashCache } from './blockhash.ts';
import type { Endpoints } from './endpoints.ts';
import type { Hints } from './hints.ts';
import { findSettlement } from './history.ts';
import { mergedStatuses } from './statuses.ts';
import { createTransactionBuilder, MAX_COMPUTE_UNITS } from './transaction.ts';

export interface SolanaChainDeps {
  readonly endpoints: Endpoints;
  readonly signer: Signer;
  readonly clock: Clock;
  readonly programId: PublicKey;
  readonly market: PublicKey;
  readonly commitment: Commitment;
  readonly computeUnitPrice: number;
  readonly blockhashMaxAgeMs: number;
  /** Without it polling alone tells. */
  readonly hints?: Hints | undefined;
}

/** The state may change a little between simulating and landing. */
const COMPUTE_MARGIN = 1.2;
const COMPUTE_MARGIN_UNITS = 2_000;
/** Lines of a failed simulation that are shown. */
const SHOWN_LOGS = 3;

/** One market through Solana JSON-RPC nodes. */
export function createSolanaChain(deps: SolanaChainDeps): Chain {
  const { endpoints, signer, programId, market, commitment } = deps;
  const relayer = new PublicKey(signer.publicKey);
  const config = configAddress(programId);
  const { computeUnitPrice } = deps;
  const builder = createTransactionBuilder({ programId, market, relayer, computeUnitPrice });
  const age = createAgeCheck();
  const blockhashes = createBlockhashCache(endpoints, deps.clock, deps.blockhashMaxAgeMs);

  const signWith = async (payload: Uint8Array, units: number, avoid: readonly string[], fresh: boolean) => {
    const { blockhash, lastValidBlockHeight } = await blockhashes.latest(fresh);
    const transaction = new VersionedTransaction(builder.message(payload, units, blockhash));
    transaction.addSignature(relayer, await signer.sign(transaction.message.serialize()));
    const signature = toBase58(transaction.signatures[0] ?? new Uint8Array());
    if (avoid.includes(signature)) return undefined;
    return { signature, bytes: transaction.serialize(), lastValidBlockHeight } satisfies SignedTransaction;
  };

  const simulateOn = async (node: Connection, payload: Uint8Array): Promise<Simulation> => {
    const options = { sigVerify: false, replaceRecentBlockhash: true, commitment };
    const { value } = await node.simulateTransaction(builder.unsigned(payload), options);
    return simulationOf(value.err, value.logs ?? [], value.unitsConsumed);
  };

  return {
    payloadCapacity: builder.capacity,
    async market(at) {
      return age.newest(at, (requireYoung) =>
        endpoints.read('read market', async (node) => {
          const header = await readMarketHeader(node, market, at, programId);
          requireYoung(header.slot);
          return marketView(header.value, header.slot);
        }),
      );
    },
    async rules() {
      const { value, slot } = await endpoints.read('read config', (node) => readConfig(node, programId, commitment));
      return rulesOf(value, slot, relayer);
    },
    simulate: (payload) => endpoints.read('simulate', (node) => simulateOn(node, payload)),
    simulateOnAll: (payload) =>
      endpoints.all('simulate', async (node, name) => ({ node: name, simulation: await simulateOn(node, payload) })),
    async sign(payload, computeUnits, avoid) {
      const units = Math.min(MAX_COMPUTE_UNITS, Math.ceil(computeUnits * COMPUTE_MARGIN) + COMPUTE_MARGIN_UNITS);
      const signed = (await signWith(payload, units, avoid, false)) ?? (await signWith(payload, units, avoid, true));
      if (signed === undefined) throw new TransientError('RPC_UNAVAILABLE', 'the node offers no newer blockhash yet');
      return signed;
    },
    async send(bytes) {
      await endpoints.tell('send', (node) => node.sendRawTransaction(bytes, { skipPreflight: true, maxRetries: 0 }));
    },
    async statuses(signatures, searchHistory) {
      const look = async (node: Connection): Promise<StatusReport> => {
        const options = { searchTransactionHistory: searchHistory };
        const { context, value } = await node.getSignatureStatuses([...signatures], options);
        return { slot: slot(context.slot), statuses: value.map((status) => status && statusOf(status)) };
      };
      if (!searchHistory) return endpoints.read('statuses', look);
      return mergedStatuses(await endpoints.all('statuses', look), signatures.length);
    },
    async heights() {
      const [progress, finalized] = await Promise.all([
        endpoints.read('block height', (node) => node.getEpochInfo(commitment).then(heightOf)),
        endpoints.all('finalised height', (node) => node.getEpochInfo('finalized').then(heightOf)),
      ]);
      const least = finalized
        .map((one) => one ?? UNKNOWN)
        .reduce((one, other) => (other.height < one.height ? other : one));
      return { progress: progress.height, finalized: least.height, finalizedSlot: least.slot };
    },
    async settlement(sequence, digest, signature) {
      const wanted = { sequence, digest, ...(signature === undefined ? {} : { signature }) };
      const look = (node: Connection) => findSettlement(node, { program: programId, market }, wanted);
      const found = (await endpoints.all('settlement', look)).filter((one) => one !== undefined);
      return found.find((one) => one.codes !== undefined) ?? found[0];
    },
    hint: (signature, onSeen) => deps.hints?.signature(signature, onSeen) ?? (() => {}),
    onConfigChange: (look) => deps.hints?.account(config, look) ?? (() => {}),
    close: () => deps.hints?.close(),
  };
}

/** As the program reads them at `at`: a schedule takes effect at its slot by itself. */
function rulesOf(config: GlobalConfig, at: Slot, relayer: PublicKey): SettlementRules {
  const { minBatchSize, maxBatchAgeSlots, isPaused, activeRelayer, ...rest } = effectiveConfig(config, at);
  const names = Object.keys(BatchVersion) as (keyof typeof BatchVersion)[];
  const allowed = names.filter((name) => (rest.allowedBatchVersions & VersionBit[name]) !== 0);
  const { activationSlot } = config.schedule;
  return {
    minBatchSize,
    maxBatchAgeSlots: slot(maxBatchAgeSlots),
    isPaused,
    allowedVersions: allowed.map((name) => BatchVersion[name]),
    activeRelayer: activeRelayer.toBase58(),
    isActive: activeRelayer.equals(relayer),
    slotsUntilChange: activationSlot > at ? Number(activationSlot - at) : undefined,
  };
}

function marketView(header: MarketHeader, at: Slot): MarketView {
  const { nextSequence, lastTradeId, lastSettledSlot, recentDigests } = header;
  const digestOf = (sequence: bigint) => {
    const known = sequence < nextSequence && sequence + BigInt(RECENT_DIGESTS) >= nextSequence;
    const digest = known ? recentDigests[Number(sequence % BigInt(RECENT_DIGESTS))] : undefined;
    return digest === undefined ? undefined : Buffer.from(digest).toString('hex');
  };
  return { nextSequence, lastTradeId, lastDigest: digestOf(nextSequence - 1n), lastSettledSlot, slot: at, digestOf };
}

/** Codes of a refusal that is one trade's alone; the program always records which. */
const TRADE_CODES: ReadonlySet<number> = new Set(
  Object.values(ResultCode)
    .filter((result) => result > ResultCode.Voided)
    .map((result) => explainResult(result).code),
);

/** @throws TransientError RPC_UNAVAILABLE for a refusal that the program does not give */
function simulationOf(err: unknown, logs: readonly string[], unitsConsumed: number | undefined): Simulation {
  if (err === null) return { kind: 'accepted', computeUnits: unitsConsumed ?? MAX_COMPUTE_UNITS };
  const refusal = explainError(err, logs);
  if (refusal !== undefined && refusal.trade === undefined && TRADE_CODES.has(refusal.code))
    throw new TransientError('RPC_UNAVAILABLE', `the node says ${refusal.name}, and not of which trade`);
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

interface Height {
  readonly height: number;
  readonly slot: Slot;
}

/** Of a node that did not answer: it proves nothing. */
const UNKNOWN: Height = { height: 0, slot: slot(0n) };

function heightOf(info: { blockHeight?: number; absoluteSlot: number }): Height {
  if (info.blockHeight === undefined) throw new TransientError('RPC_UNAVAILABLE', 'the node tells no block height');
  return { height: info.blockHeight, slot: slot(info.absoluteSlot) };
}
