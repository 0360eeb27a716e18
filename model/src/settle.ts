import type { PublicKey } from '@solana/web3.js';
import type { GlobalConfig } from '#client';
import { RECENT_DIGESTS, ResultCode } from '#client';
import { effective } from './config.ts';
import { U64_LIMIT } from './limits.ts';
import type { MarketState } from './market.ts';
import { requireThat } from './refusal.ts';
import type { Judge } from './submission.ts';
import { digestOf, leafOfBatch, leafOfPing } from './tree.ts';
import { judgedV1 } from './v1.ts';
import { judgedV2 } from './v2.ts';

const TREE_CAPACITY = 2 ** 32;

/** By version byte: bytes of the header, and what becomes of the trades. */
const versions: Readonly<Record<number, { readonly headerBytes: number; readonly judged: Judge }>> = {
  1: { headerBytes: 1 + 8 + 4, judged: judgedV1 },
  2: { headerBytes: 1 + 8 + 8 + 2 + 8, judged: judgedV2 },
};

/** A market with one more leaf in its tree. */
export interface Landed {
  readonly market: MarketState;
  readonly leaf: Uint8Array;
  /** Of the batch's trades. */
  readonly codes: readonly number[];
}

export function settled(
  market: MarketState,
  config: GlobalConfig,
  now: bigint,
  batch: { relayer: PublicKey; data: Uint8Array },
): Landed {
  const { data } = batch;
  const [number] = data;
  requireThat(number !== undefined, 'EmptyBatch');
  const version = versions[number];
  requireThat(version !== undefined, 'InvalidBatchVersion');
  requireThat(!config.isPaused, 'Paused');
  requireThat(batch.relayer.equals(effective(config, 'activeRelayer', now)), 'NotActiveRelayer');
  requireThat((effective(config, 'allowedBatchVersions', now) & (1 << (number - 1))) !== 0, 'VersionNotAllowed');
  requireThat(data.length >= version.headerBytes, 'MalformedBatch');

  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const sequence = view.getBigUint64(1, true);
  requireThat(sequence >= market.nextSequence, 'SequenceSettled');
  requireThat(sequence <= market.nextSequence, 'SequenceAhead');
  const { codes, work } = version.judged({ market, config, now, data, view });
  requireThat(market.leafCount < TREE_CAPACITY, 'TreeFull');

  const place = { program: market.program, market: market.address, sequence };
  const trades = BigInt(codes.length);
  const settledCount = codes.filter((code) => code === ResultCode.Settled).length;
  const voided = codes.filter((code) => code === ResultCode.Voided).length;
  const after = {
    ...market,
    entries: work.entries,
    nextSequence: market.nextSequence + 1n,
    lastTradeId: market.lastTradeId + trades,
    lastSettledSlot: trades === 0n ? market.lastSettledSlot : now,
    quoteFees: market.quoteFees + work.fees,
    tradesSettled: market.tradesSettled + BigInt(settledCount),
    tradesVoided: market.tradesVoided + BigInt(voided),
    tradesSkipped: market.tradesSkipped + BigInt(codes.length - settledCount - voided),
    volumeBaseLots: saturated(market.volumeBaseLots + work.baseLots),
    volumeQuoteAtoms: saturated(market.volumeQuoteAtoms + work.quoteAtoms),
    leafCount: market.leafCount + 1,
    recentDigests: market.recentDigests.with(Number(sequence % BigInt(RECENT_DIGESTS)), digestOf(data)),
  };
  return { market: after, leaf: leafOfBatch(place, data, codes), codes };
}

export function pinged(
  market: MarketState,
  config: GlobalConfig,
  now: bigint,
  ping: { relayer: PublicKey; nonce: bigint },
): Landed {
  requireThat(ping.relayer.equals(effective(config, 'activeRelayer', now)), 'NotActiveRelayer');
  requireThat(market.leafCount < TREE_CAPACITY, 'TreeFull');
  const place = { program: market.program, market: market.address, sequence: market.nextSequence };
  return { market: { ...market, leafCount: market.leafCount + 1 }, leaf: leafOfPing(place, ping.nonce), codes: [] };
}

const saturated = (value: bigint): bigint => (value < U64_LIMIT ? value : U64_LIMIT - 1n);
