import type { TransactionInstruction } from '@solana/web3.js';
import type { TradeV2 } from '#client';
import { baseLots, encodeBatchV2, price, sequence, tradeId, V2_HEADER_BYTES } from '#client';
import type { World } from '../tests/program/setup/world.ts';
import { build, keys, newWorld } from '../tests/program/setup/world.ts';
import { enrich, WIDE, withdrawAll } from './balances.ts';

/** What version 2 costs. Bytes depend on the trades: these walk like a market of 64 traders, and are the same in every run. */
export interface V2Figures {
  readonly headerBytes: number;
  /** Of batches of so many trades, header included. */
  readonly batchBytes: Readonly<Record<string, number>>;
  readonly computeUnitsWithoutTrades: number;
  /** In a batch of 150 trades. */
  readonly computeUnitsPerTrade: Readonly<Record<string, number>>;
  readonly tradesPerTransaction: Readonly<Record<string, number>>;
}

const TRADES = 150;
const TRADERS = 64;
/** Far above what fits, so that the search ends. */
const TRADES_SEARCHED = 400;

/** A number that looks random and never changes. */
function noise(n: number): number {
  let mixed = Math.imul(n + 1, 0x9e37_79b1);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b_3c6d);
  return (mixed ^ (mixed >>> 12)) >>> 0;
}

/** Prices that step by at most 60 ticks, quantities of one to three digits with a large one now and then. */
function marketTrades(count: number, traders: number): TradeV2[] {
  let at = 3_900_000n;
  return Array.from({ length: count }, (_, i) => {
    at += BigInt((noise(i) % 121) - 60);
    const buyer = noise(i + 1_000) % traders;
    return {
      tradeId: tradeId(i + 1),
      buyer,
      seller: (buyer + 1 + (noise(i + 2_000) % (traders - 1))) % traders,
      price: price(at),
      quantity: baseLots(noise(i + 3_000) % 40 === 0 ? 20_000 : 1 + (noise(i + 4_000) % 500)),
      takerIsBuyer: noise(i + 5_000) % 2 === 0,
      orderType: noise(i + 6_000) % 4 === 0 ? 1 : 0,
      feeTier: noise(i + 7_000) % 2,
    };
  });
}

const dataOf = (trades: readonly TradeV2[]): Uint8Array =>
  encodeBatchV2({ sequence: sequence(1), firstTradeId: tradeId(1), prevDigestPrefix: 0n, trades });

interface Shape {
  readonly trade: (trade: TradeV2) => TradeV2;
  readonly prepare?: (world: World) => void;
}

const market: Shape = { trade: (trade) => ({ ...trade, price: price(trade.price / 10_000n) }) };

/** Shapes of a trade that differ in cost; none may be above the limit. */
const shapes: Readonly<Record<string, Shape>> = {
  market,
  alike: {
    trade: (trade) => ({ ...trade, buyer: 0, seller: 1, price: price(7), quantity: baseLots(3), takerIsBuyer: true }),
  },
  void: { trade: (trade) => ({ ...trade, quantity: baseLots(0) }) },
  skipped: { trade: (trade) => ({ ...trade, price: price(2n ** 62n) }) },
  backedByPending: { ...market, prepare: withdrawAll },
  wide: { trade: (trade) => ({ ...trade, price: price(WIDE), quantity: baseLots(1) }), prepare: enrich },
};

function unitsOf(trades: readonly TradeV2[], prepare?: Shape['prepare']): number {
  const world = newWorld();
  prepare?.(world);
  const admin = keys.admin.publicKey;
  world.accept(build.setAllowedVersions({ admin, allowedBatchVersions: 3 }), keys.admin);
  return world.accept(world.settle(dataOf(trades)), keys.relayer).computeUnits;
}

export function v2Figures(
  mostThatFit: (settle: (count: number) => TransactionInstruction, searched: number) => Record<string, number>,
): V2Figures {
  const world = newWorld();
  const empty = unitsOf([]);
  const perTrade = Object.entries(shapes).map(([name, shape]) => [
    name,
    Math.ceil((unitsOf(marketTrades(TRADES, 3).map(shape.trade), shape.prepare) - empty) / TRADES),
  ]);
  return {
    headerBytes: V2_HEADER_BYTES,
    batchBytes: Object.fromEntries([1, 24, TRADES].map((n) => [n, dataOf(marketTrades(n, TRADERS)).length])),
    computeUnitsWithoutTrades: empty,
    computeUnitsPerTrade: Object.fromEntries(perTrade),
    tradesPerTransaction: mostThatFit((count) => world.settle(dataOf(marketTrades(count, TRADERS))), TRADES_SEARCHED),
  };
}
