import type { TransactionInstruction } from '@solana/web3.js';
import { ComputeBudgetProgram } from '@solana/web3.js';
import type { TradeV1 } from '#client';
import { price, tradeId, V1_HEADER_BYTES, V1_TRADE_BYTES } from '#client';
import { invocations } from '../tests/program/setup/invocations.ts';
import { keyOf } from '../tests/program/setup/keys.ts';
import { settlementObject, withoutV1 } from '../tests/program/setup/object.ts';
import type { World } from '../tests/program/setup/world.ts';
import { keys, lots, newWorld } from '../tests/program/setup/world.ts';
import { enrich, WIDE, withdrawAll } from './balances.ts';
import type { V2Figures } from './v2-figures.ts';
import { v2Figures } from './v2-figures.ts';

/** Largest transaction a cluster forwards, in its v0 form. */
export const TRANSACTION_BYTES = 1232;
/** Far above what fits, so that the search ends. */
const TRADES_SEARCHED = 64;

/** What a release promises in numbers; all of it is deterministic. */
export interface ProgramFigures {
  readonly objectBytes: number;
  /** Of the staged release's build that leaves V1 out. */
  readonly objectBytesWithoutV1: number;
  readonly headerBytes: number;
  readonly bytesPerTrade: number;
  /** Of each instruction alone, in the state tests/program sets up for it. */
  readonly computeUnits: Readonly<Record<string, number>>;
  readonly settleBatch: {
    readonly computeUnitsWithoutTrades: number;
    readonly computeUnitsPerTrade: Readonly<Record<string, number>>;
  };
  /** V1 trades that fit one v0 transaction. */
  readonly tradesPerTransaction: Readonly<Record<string, number>>;
  readonly v2: V2Figures;
}

export function programFigures(): ProgramFigures {
  return {
    objectBytes: settlementObject().length,
    objectBytesWithoutV1: withoutV1().length,
    headerBytes: V1_HEADER_BYTES,
    bytesPerTrade: V1_TRADE_BYTES,
    computeUnits: instructionUnits(),
    settleBatch: settleUnits(),
    tradesPerTransaction: tradesThatFit(),
    v2: v2Figures(mostThatFit),
  };
}

function instructionUnits(): Record<string, number> {
  const names = Object.keys(invocations).sort() as (keyof typeof invocations)[];
  return Object.fromEntries(
    names.map((name) => {
      const { world, instruction, signers } = invocations[name]();
      return [name, world.accept(instruction, ...signers).computeUnits];
    }),
  );
}

interface Shape {
  readonly trade: Partial<TradeV1>;
  readonly prepare?: (world: World) => void;
}

/** Shapes of a trade that differ in cost; none may be above the limit. */
const shapes: Readonly<Record<string, Shape>> = {
  buyerTakes: { trade: { takerIsBuyer: true } },
  sellerTakes: { trade: { takerIsBuyer: false } },
  void: { trade: { quantity: lots(0) } },
  backedByPending: { trade: {}, prepare: withdrawAll },
  widePrice: { trade: { price: price(WIDE), quantity: lots(1) }, prepare: enrich },
  wideQuantityBackedByPending: {
    trade: { price: price(1), quantity: lots(WIDE) },
    prepare: (world) => {
      enrich(world);
      withdrawAll(world);
    },
  },
};

function unitsOf(count: number, shape: keyof typeof shapes): number {
  const world = newWorld();
  shapes[shape]?.prepare?.(world);
  return world.acceptTrades(Array.from({ length: count }, () => shapes[shape]?.trade ?? {})).computeUnits;
}

function settleUnits(): ProgramFigures['settleBatch'] {
  const computeUnitsWithoutTrades = unitsOf(0, 'buyerTakes');
  const count = 24;
  const perTrade = Object.keys(shapes).map((shape) => [
    shape,
    Math.ceil((unitsOf(count, shape) - computeUnitsWithoutTrades) / count),
  ]);
  return { computeUnitsWithoutTrades, computeUnitsPerTrade: Object.fromEntries(perTrade) };
}

function tradesThatFit(): Record<string, number> {
  const world = newWorld();
  const settle = (count: number): TransactionInstruction =>
    world.settle(world.payload(Array.from({ length: count }, (_, i) => world.trade({ tradeId: tradeId(i + 1) }))));
  return mostThatFit(settle, TRADES_SEARCHED);
}

/** The most trades of a batch that a transaction carries, alone and beside what else may be in it. */
function mostThatFit(settle: (count: number) => TransactionInstruction, searched: number): Record<string, number> {
  const world = newWorld();
  const attestor = keyOf('attestor');
  const budget = [
    ComputeBudgetProgram.setComputeUnitLimit({ units: 20_000 }),
    ComputeBudgetProgram.setComputeUnitPrice({ microLamports: 1 }),
  ];
  const fits = (instructions: readonly TransactionInstruction[], ...signers: (typeof attestor)[]): boolean => {
    try {
      return world.chain.signed(instructions, [keys.relayer, ...signers]).length <= TRANSACTION_BYTES;
    } catch (error) {
      if (error instanceof RangeError) return false; // web3.js does not serialise beyond the limit
      throw error;
    }
  };
  const attested = (count: number): TransactionInstruction => {
    const instruction = settle(count);
    instruction.keys.push({ pubkey: attestor.publicKey, isSigner: true, isWritable: false });
    return instruction;
  };
  const most = (isPossible: (count: number) => boolean): number => {
    let count = 0;
    while (count < searched && isPossible(count + 1)) count += 1;
    return count;
  };
  return {
    bare: most((count) => fits([settle(count)])),
    withComputeBudget: most((count) => fits([...budget, settle(count)])),
    withAttestor: most((count) => fits([attested(count)], attestor)),
    withComputeBudgetAndAttestor: most((count) => fits([...budget, attested(count)], attestor)),
  };
}
