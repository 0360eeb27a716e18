import type { Sequence, TradeId, TradeV1, TradeV2 } from '#client';
import {
  asV2,
  digestPrefix,
  encodeBatchV1,
  encodeBatchV2,
  MAX_TRADES_V2,
  payloadDigest,
  sequence,
  sizeV2,
  tradeId,
  V1_HEADER_BYTES,
  V1_TRADE_BYTES,
} from '#client';
import { createTransactionBuilder } from '../relayer/src/adapters/solana/transaction.ts';
import type { World } from '../tests/program/setup/world.ts';
import { keys } from '../tests/program/setup/world.ts';
import { wireMarket } from './wire-market.ts';

/** What a version costs for some trades in full transactions. */
export interface VersionFigures {
  /** Data bytes of the batches by their trades, header included. */
  readonly bytesPerTrade: number;
  /** Compute units of `settle_batch` by trades, the batch's own part included. */
  readonly cuPerTrade: number;
  /** Compute units of a batch without trades. */
  readonly cuBase: number;
  /** Trades of the full transaction that holds the fewest. */
  readonly tradesPerTx: number;
}

export interface WireFigures {
  readonly v1: VersionFigures;
  readonly v2: VersionFigures;
  /** Empirical entropy of the V2 columns' values, each by itself and without memory: about what no encoding of them goes below. */
  readonly entropyBytesPerTrade: number;
}

/**
 * Settles the trades in transactions as full as a relayer's, in either version, and counts.
 * @param trades ids 1, 2, 3…; at least one
 */
export function wireFigures(trades: readonly TradeV1[], traders: number): WireFigures {
  const wide = trades.map(asV2);
  return {
    v1: measured(wireMarket(trades, traders), trades, v1),
    v2: measured(wireMarket(trades, traders), wide, v2),
    entropyBytesPerTrade: rounded(entropyBits(wide) / 8 / trades.length),
  };
}

interface Place {
  readonly sequence: Sequence;
  readonly first: TradeId;
  /** Digest of the payload accepted before; zeros before the first one. */
  readonly lastDigest: Uint8Array;
}

interface Version<T> {
  /** How many of the trades, from the first on, a batch of at most so many bytes holds. */
  fitting(trades: readonly T[], bytes: number): number;
  encode(trades: readonly T[], place: Place): Uint8Array;
}

const v1: Version<TradeV1> = {
  fitting: (trades, bytes) => Math.min(trades.length, Math.floor((bytes - V1_HEADER_BYTES) / V1_TRADE_BYTES)),
  encode: (trades, place) => encodeBatchV1({ sequence: place.sequence, trades }),
};

const v2: Version<TradeV2> = {
  fitting(trades, bytes) {
    let size = sizeV2;
    let count = 0;
    for (const trade of trades.slice(0, MAX_TRADES_V2)) {
      size = size.plus(trade);
      if (size.bytes > bytes) break;
      count += 1;
    }
    return count;
  },
  encode: (trades, { sequence, first, lastDigest }) =>
    encodeBatchV2({ sequence, firstTradeId: first, prevDigestPrefix: digestPrefix(lastDigest), trades }),
};

interface Settled {
  readonly trades: number;
  readonly bytes: number;
  readonly units: number;
}

/** Settles all trades in a market that has settled none. */
function measured<T extends TradeV1>(world: World, trades: readonly T[], version: Version<T>): VersionFigures {
  let place: Place = { sequence: sequence(1), first: tradeId(1), lastDigest: new Uint8Array(32) };
  const settle = (batch: readonly T[]): Settled => {
    const data = version.encode(batch, place);
    const { landed, refusal } = world.chain.send([world.settle(data)], [keys.relayer]);
    if (landed === undefined) throw new Error(`the program refused a batch: ${refusal.name}`);
    if (landed.events.some(({ data }) => data.skipped)) throw new Error('the program passed over a trade');
    place = {
      sequence: sequence(place.sequence + 1n),
      first: tradeId(place.first + BigInt(batch.length)),
      lastDigest: payloadDigest(data),
    };
    return { trades: batch.length, bytes: data.length, units: landed.computeUnits };
  };

  const empty = settle([]);
  const batches: Settled[] = [];
  for (let rest = trades; rest.length > 0; ) {
    const count = version.fitting(rest, capacity);
    batches.push(settle(rest.slice(0, count)));
    rest = rest.slice(count);
  }
  // The last one holds what was left.
  const full = batches.length > 1 ? batches.slice(0, -1) : batches;
  const perTrade = (of: (batch: Settled) => number) => rounded(total(full.map(of)) / total(full.map((b) => b.trades)));
  return {
    bytesPerTrade: perTrade((batch) => batch.bytes),
    cuPerTrade: perTrade((batch) => batch.units),
    cuBase: empty.units,
    tradesPerTx: Math.min(...full.map((batch) => batch.trades)),
  };
}

/** Bytes of a batch that a relayer's transaction carries beside its compute budget. */
const { capacity } = createTransactionBuilder({
  programId: keys.programId,
  market: keys.market.publicKey,
  relayer: keys.relayer.publicKey,
  computeUnitPrice: 1,
});

const total = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);
const rounded = (value: number): number => Math.round(value * 100) / 100;

/** Bits of all values of all columns, each column coded by itself, by how often each of its values comes. */
function entropyBits(trades: readonly TradeV2[]): number {
  const steps = trades.slice(1).map((trade, i) => trade.price - (trades[i]?.price ?? 0n));
  const flags = trades.map((trade) => [trade.takerIsBuyer, trade.feeTier, trade.orderType].join());
  const of = <K extends keyof TradeV2>(field: K) => trades.map((trade) => trade[field]);
  return total([of('buyer'), of('seller'), steps, of('quantity'), flags].map(columnBits));
}

function columnBits(values: readonly unknown[]): number {
  const times = new Map<unknown, number>();
  for (const value of values) times.set(value, (times.get(value) ?? 0) + 1);
  return total([...times.values()].map((count) => count * Math.log2(values.length / count)));
}
