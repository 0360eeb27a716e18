import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import type { Keypair, Signer, TransactionInstruction } from '@solana/web3.js';
import { PublicKey } from '@solana/web3.js';
import type { BaseLots, GlobalConfig, InitializeArgs, Market, ProgramRefusal, TraderEntry, TradeV1 } from '#client';
import {
  baseLots,
  baseVault,
  configAddress,
  createMarketAccount,
  decodeConfig,
  decodeMarket,
  encodeBatchV1,
  idl,
  marketSpace,
  price,
  quoteVault,
  sequence,
  settlementInstructions,
  tradeId,
} from '#client';
import type { Landed } from './chain.ts';
import { Chain } from './chain.ts';
import { keyOf } from './keys.ts';
import { putMint, putTokens, tokensOf } from './tokens.ts';

/** A trader of the world: key, entry and token accounts with plenty in them. */
export interface Trader {
  readonly key: Keypair;
  readonly index: number;
  readonly base: PublicKey;
  readonly quote: PublicKey;
}

export const START_SLOT = 10_000n;
export const LOT_ATOMS = 10n;
export const WITHDRAWAL_DELAY = 100n;
export const MAX_AGE = 50n;
export const TAKER_BPS = 30;
/** What each trader holds outside the market at the start. */
export const WALLET = 1_000_000_000_000n;
/** What each trader deposits at the start. */
export const DEPOSIT = { baseLots: 1_000_000n, quoteAtoms: 1_000_000_000n };

export const keys = {
  programId: new PublicKey(idl.address),
  upgradeAuthority: keyOf('upgrade authority'),
  admin: keyOf('admin'),
  guardian: keyOf('guardian'),
  relayer: keyOf('relayer'),
  stranger: keyOf('stranger'),
  market: keyOf('market'),
  baseMint: keyOf('base mint').publicKey,
  quoteMint: keyOf('quote mint').publicKey,
};

export const initializeArgs: InitializeArgs = {
  admin: keys.admin.publicKey,
  guardian: keys.guardian.publicKey,
  activeRelayer: keys.relayer.publicKey,
  allowedBatchVersions: 1,
  minBatchSize: 1,
  maxBatchAgeSlots: MAX_AGE,
  withdrawalDelaySlots: WITHDRAWAL_DELAY,
  feeTiers: [TAKER_BPS, 20, 10, 0].map((takerBps) => ({ makerBps: 0, takerBps })),
};

export const build = settlementInstructions(keys.programId);
const config = configAddress(keys.programId);
const market = keys.market.publicKey;

/** A chain with the program and its people, and helpers that speak of accounts by their role. */
export class World {
  readonly chain: Chain;
  readonly traders: readonly Trader[];

  constructor(chain: Chain, traders: readonly Trader[]) {
    this.chain = chain;
    this.traders = traders;
  }

  get config(): GlobalConfig {
    return decodeConfig(this.chain.data(config));
  }

  get market(): Market {
    return decodeMarket(this.chain.data(market));
  }

  get baseVault(): PublicKey {
    return baseVault(keys.programId, market);
  }

  get quoteVault(): PublicKey {
    return quoteVault(keys.programId, market);
  }

  trader(index: number): Trader {
    const trader = this.traders[index];
    assert.ok(trader, `the world has a trader ${index}`);
    return trader;
  }

  entry(index: number): TraderEntry {
    const entry = this.market.traders[index];
    assert.ok(entry, `the market has an entry ${index}`);
    return entry;
  }

  /** Must land; afterwards the market must owe what its entries and fees say, and its vaults must hold it. */
  accept(instructions: TransactionInstruction | readonly TransactionInstruction[], ...signers: Signer[]): Landed {
    const { landed, refusal } = this.chain.send([instructions].flat(), signers);
    assert.ok(landed, `refused: ${inspect(refusal)}`);
    this.assertConserved();
    return landed;
  }

  /** Must be refused by this name, without a trace in config or market. */
  refuse(
    name: string,
    instructions: TransactionInstruction | readonly TransactionInstruction[],
    ...signers: Signer[]
  ): ProgramRefusal {
    const before = [this.chain.get(config)?.data, this.chain.get(market)?.data];
    const { refusal } = this.chain.send([instructions].flat(), signers);
    assert.ok(refusal, `landed instead of ${name}`);
    assert.equal(refusal.name, name, inspect(refusal));
    assert.deepEqual([this.chain.get(config)?.data, this.chain.get(market)?.data], before);
    return refusal;
  }

  assertConserved(): void {
    if (this.chain.get(market) === undefined) return;
    const { header, traders } = this.market;
    const sum = (of: (entry: TraderEntry) => bigint): bigint => traders.reduce((total, entry) => total + of(entry), 0n);
    assert.equal(
      sum((entry) => entry.baseLots + entry.pendingBaseLots),
      header.baseLotsTotal,
    );
    assert.equal(sum((entry) => entry.quoteAtoms + entry.pendingQuoteAtoms) + header.quoteFees, header.quoteAtomsTotal);
    assert.ok(header.baseLotsTotal * header.baseLotAtoms <= tokensOf(this.chain, this.baseVault));
    assert.ok(header.quoteAtomsTotal <= tokensOf(this.chain, this.quoteVault));
  }

  /** A trade between the first two traders, at price 100 for 5 lots unless told otherwise. */
  trade(change: Partial<TradeV1> = {}): TradeV1 {
    return {
      tradeId: change.tradeId ?? tradeId(this.market.header.lastTradeId + 1n),
      buyer: 0,
      seller: 1,
      price: price(100),
      quantity: baseLots(5),
      takerIsBuyer: true,
      ...change,
    };
  }

  /** As many trades as changes are given, with ids that follow the market's cursor. */
  trades(changes: readonly Partial<TradeV1>[]): TradeV1[] {
    const { lastTradeId } = this.market.header;
    return changes.map((change, i) => this.trade({ ...change, tradeId: change.tradeId ?? next(lastTradeId, i) }));
  }

  /** The payload of the next batch. */
  payload(trades: readonly TradeV1[], number: bigint = this.market.header.nextSequence): Uint8Array {
    return encodeBatchV1({ sequence: sequence(number), trades });
  }

  settle(data: Uint8Array, relayer: PublicKey = keys.relayer.publicKey): TransactionInstruction {
    return build.settleBatch({ relayer, market, data });
  }

  /** Settles trades as the relayer. */
  acceptTrades(changes: readonly Partial<TradeV1>[]): Landed {
    return this.accept(this.settle(this.payload(this.trades(changes))), keys.relayer);
  }

  /** Refuses a batch of these trades by this name. */
  refuseTrades(name: string, changes: readonly Partial<TradeV1>[]): ProgramRefusal {
    return this.refuse(name, this.settle(this.payload(this.trades(changes))), keys.relayer);
  }
}

/** Only the program and funded keys: nothing initialised. */
export function bareWorld(): World {
  const chain = Chain.deploy(keys.programId, keys.upgradeAuthority.publicKey);
  chain.warpTo(START_SLOT);
  const { upgradeAuthority, admin, guardian, relayer, stranger } = keys;
  for (const { publicKey } of [upgradeAuthority, admin, guardian, relayer, stranger]) chain.fund(publicKey);
  putMint(chain, keys.baseMint);
  putMint(chain, keys.quoteMint);
  return new World(chain, []);
}

export const initialize = (args: InitializeArgs = initializeArgs): TransactionInstruction =>
  build.initialize({ payer: keys.admin.publicKey, authority: keys.upgradeAuthority.publicKey, args });

/** The two instructions that make a market, as the admin sends them. */
export function createMarket(
  world: World,
  change: Partial<Parameters<typeof build.createMarket>[0]> & { capacity?: number } = {},
): TransactionInstruction[] {
  const { capacity = 64, ...rest } = change;
  const accounts = {
    admin: keys.admin.publicKey,
    market,
    baseMint: keys.baseMint,
    quoteMint: keys.quoteMint,
    baseLotAtoms: LOT_ATOMS,
    ...rest,
  };
  const account = createMarketAccount({
    payer: accounts.admin,
    market: accounts.market,
    capacity,
    lamports: Number(world.chain.rent(marketSpace(capacity))),
    programId: keys.programId,
  });
  return [account, build.createMarket(accounts)];
}

/** Config and an empty market. */
export function marketWorld(args: InitializeArgs = initializeArgs): World {
  const world = bareWorld();
  world.accept(initialize(args), keys.admin, keys.upgradeAuthority);
  world.accept(createMarket(world), keys.admin, keys.market);
  return world;
}

/** A key with lamports and tokens, but no entry. */
export function newcomer(world: World, name: string, index: number): Trader {
  const key = keyOf(name);
  const [base, quote] = [keyOf(`${name} base`).publicKey, keyOf(`${name} quote`).publicKey];
  world.chain.fund(key.publicKey);
  putTokens(world.chain, base, { mint: keys.baseMint, owner: key.publicKey, amount: WALLET });
  putTokens(world.chain, quote, { mint: keys.quoteMint, owner: key.publicKey, amount: WALLET });
  return { key, index, base, quote };
}

export const deposit = (
  trader: Trader,
  amounts: { baseLots: bigint; quoteAtoms: bigint },
  change: Partial<Parameters<typeof build.deposit>[0]> = {},
): TransactionInstruction =>
  build.deposit({
    owner: trader.key.publicKey,
    market,
    index: trader.index,
    baseSource: trader.base,
    quoteSource: trader.quote,
    ...amounts,
    ...change,
  });

/** Config, market, and three traders with deposits. */
function tradingWorld(): World {
  const world = marketWorld();
  const traders = ['alice', 'bob', 'carol'].map((name, index) => newcomer(world, name, index));
  for (const trader of traders) {
    const open = build.openTrader({ owner: trader.key.publicKey, market });
    world.accept([open, deposit(trader, DEPOSIT)], trader.key);
  }
  return new World(world.chain, traders);
}

let template: World | undefined;

/** A fresh world with three traders that have deposited; every call starts from the same state. */
export function newWorld(): World {
  template ??= tradingWorld();
  return new World(template.chain.fork(), template.traders);
}

const next = (last: bigint, offset: number): TradeV1['tradeId'] => tradeId(last + 1n + BigInt(offset));

/** Quantity as the world's trades use it. */
export const lots = (value: bigint | number): BaseLots => baseLots(value);
