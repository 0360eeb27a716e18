import assert from 'node:assert/strict';
import type { Keypair } from '@solana/web3.js';
import type { SettlementEvent } from '#client';
import { decodeMarket, ResultCode, readResultCodes } from '#client';
import { Refusal, SettlementModel, TradeRefusal } from '#model';
import { keyOf } from '../../program/setup/keys.ts';
import { patchHeader, u64 } from '../../program/setup/patch.ts';
import { tokensOf } from '../../program/setup/tokens.ts';
import type { Trader, World } from '../../program/setup/world.ts';
import { DEPOSIT, initializeArgs, keys, LOT_ATOMS, newcomer, newWorld, START_SLOT } from '../../program/setup/world.ts';

/** Who signs: a role as the model's config names it now, or one of the people by number. */
export type By = 'admin' | 'guardian' | 'relayer' | number;

/** One instruction, to be sent to the chain and told to the model. */
export interface Act {
  readonly signer: Keypair;
  readonly instruction: Parameters<World['chain']['send']>[0][number];
  readonly tell: (model: SettlementModel) => void;
}

const names = ['alice', 'bob', 'carol', 'dave', 'erin'];

/** The same world twice: on the chain, and as the model of it. */
export class Stage {
  readonly world: World;
  readonly model: SettlementModel;
  /** Everybody who may sign; each has lamports and tokens. */
  readonly people: readonly Trader[];
  /** Result codes that V2 batches have reported. */
  readonly seenCodes = new Set<number>();

  constructor() {
    this.world = newWorld();
    this.people = names.map((name) => newcomer(this.world, name, 0));
    const { programId: program, market } = keys;
    const { bump: configBump } = this.world.config;
    const setup = { program, market: market.publicKey, baseLotAtoms: LOT_ATOMS, capacity: 64, configBump };
    this.model = new SettlementModel({ ...setup, config: initializeArgs });
    this.model.slot = START_SLOT;
    for (const [index, person] of this.people.slice(0, 3).entries()) {
      this.model.openTrader(person.key.publicKey);
      this.model.deposit(person.key.publicKey, index, DEPOSIT);
    }
  }

  person(number: number): Trader {
    const person = this.people[number % this.people.length];
    assert.ok(person);
    return person;
  }

  signer(by: By): Keypair {
    if (typeof by === 'number') return this.person(by).key;
    const { config } = this.model;
    const holder = { admin: config.admin, guardian: config.guardian, relayer: config.activeRelayer }[by];
    const everybody = [
      keys.admin,
      keys.guardian,
      keys.relayer,
      keyOf('next relayer'),
      ...this.people.map((p) => p.key),
    ];
    const key = everybody.find((candidate) => candidate.publicKey.equals(holder));
    assert.ok(key, `somebody has the key of the ${by}`);
    return key;
  }

  warp(slots: bigint): void {
    this.model.slot += slots;
    this.world.chain.warpTo(this.model.slot);
  }

  /** Moves the cursor as millions of settled trades would. */
  skipTradeIds(count: bigint): void {
    const lastTradeId = this.model.market.lastTradeId + count;
    this.model.market = { ...this.model.market, lastTradeId };
    patchHeader(this.world, 'last_trade_id', u64(lastTradeId));
  }

  /** Does it on both sides; they must agree on the outcome and on everything that can be read afterwards. */
  perform(act: Act): string {
    this.world.chain.fund(act.signer.publicKey);
    const { landed, refusal } = this.world.chain.send([act.instruction], [act.signer]);
    const expected = outcomeOf(() => act.tell(this.model));
    assert.equal(refusal?.name ?? 'landed', expected?.error ?? 'landed');
    const rejected = expected instanceof TradeRefusal ? expected.index : undefined;
    assert.equal(refusal?.trade?.index, rejected);
    assert.notEqual(refusal?.trade?.result, ResultCode.Settled);
    this.compare();
    this.#compareResults(landed?.events ?? []);
    return expected?.error ?? 'landed';
  }

  /** The codes a V2 batch reports are the model's, one by one. */
  #compareResults(events: readonly SettlementEvent[]): void {
    const [results] = events.filter((event) => event.name === 'TradeResults');
    if (results === undefined) return;
    const { resultCodes } = this.model;
    assert.deepEqual([...readResultCodes(results.data.resultCodes as Uint8Array, resultCodes.length)], resultCodes);
    for (const code of resultCodes) this.seenCodes.add(code);
    const passedOver = resultCodes.filter((code) => code !== ResultCode.Settled && code !== ResultCode.Voided);
    assert.equal(results.data.skipped, passedOver.length);
  }

  compare(): void {
    const { model, world } = this;
    assert.deepEqual(world.config, model.config);
    const { header, traders } = decodeMarket(world.chain.data(keys.market.publicKey));
    const market = model.market;
    assert.deepEqual(traders, market.entries);
    assert.deepEqual(
      [header.nextSequence, header.lastTradeId, header.lastSettledSlot],
      [market.nextSequence, market.lastTradeId, market.lastSettledSlot],
    );
    assert.deepEqual(
      [header.tradesSettled, header.tradesVoided, header.tradesSkipped, header.volumeBaseLots, header.volumeQuoteAtoms],
      [market.tradesSettled, market.tradesVoided, market.tradesSkipped, market.volumeBaseLots, market.volumeQuoteAtoms],
    );
    assert.equal(header.quoteFees, market.quoteFees);
    assert.deepEqual(header.recentDigests, market.recentDigests);
    assert.equal(header.tree.leafCount, BigInt(market.leafCount));
    assert.deepEqual(header.tree.root, model.root());

    const owed = model.owed();
    assert.deepEqual([header.baseLotsTotal, header.quoteAtomsTotal], [owed.baseLots, owed.quoteAtoms]);
    assert.deepEqual([market.baseLotsTotal, market.quoteAtomsTotal], [owed.baseLots, owed.quoteAtoms]);
    assert.equal(tokensOf(world.chain, world.baseVault), owed.baseLots * LOT_ATOMS);
    assert.equal(tokensOf(world.chain, world.quoteVault), owed.quoteAtoms);
  }
}

function outcomeOf(act: () => void): Refusal | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}
