import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { address } from '@solana/kit';
import type { Signer, TransactionInstruction } from '@solana/web3.js';
import { PublicKey } from '@solana/web3.js';
import type { GlobalConfig, Market, ProgramRefusal } from '#client';
import {
  configAddress,
  createMarketAccount,
  decodeConfig,
  decodeMarket,
  marketSpace,
  programDataAddress,
  settlementInstructions,
} from '#client';
import type { Landed } from '../setup/chain.ts';
import { programData } from '../setup/chain.ts';
import { keyOf } from '../setup/keys.ts';
import { settlementObject } from '../setup/object.ts';
import type { Trader } from '../setup/world.ts';
import { initializeArgs, keys, newWorld, build as old, World } from '../setup/world.ts';

export const newProgram = keyOf('new program').publicKey;
export const newMarketKey = keyOf('new market');
export const newMarket = newMarketKey.publicKey;
export const oldMarket = keys.market.publicKey;
export const newAdmin = keyOf('new admin');
export const newRelayer = keyOf('new relayer');
export { old };
export const next = settlementInstructions(newProgram);

const UPGRADEABLE_LOADER = new PublicKey('BPFLoaderUpgradeab1e11111111111111111111111');

/** The old program's world with the same object deployed under a second id, which is initialised with keys of its own. */
export class ForkWorld extends World {
  /** The first batch that settled in the old program, when a test asks for it later. */
  firstBatch: Uint8Array = new Uint8Array();

  static begin(world: World = newWorld()): ForkWorld {
    const { chain } = world;
    const object = settlementObject();
    chain.svm.addProgram(address(newProgram.toBase58()), object);
    chain.put(programDataAddress(newProgram), {
      data: programData(keys.upgradeAuthority.publicKey, 3, object),
      owner: UPGRADEABLE_LOADER,
      lamports: chain.rent(object.length + 45),
    });
    for (const key of [newAdmin, newRelayer]) chain.fund(key.publicKey);
    const fork = new ForkWorld(chain, world.traders);
    const args = { ...initializeArgs, admin: newAdmin.publicKey, activeRelayer: newRelayer.publicKey };
    const authority = keys.upgradeAuthority.publicKey;
    fork.send([next.initialize({ payer: newAdmin.publicKey, authority, args })], newAdmin, keys.upgradeAuthority);
    return fork;
  }

  /** Must land. Unlike `accept` it asks nothing of the old market: its vaults may be gone. */
  send(instructions: readonly TransactionInstruction[], ...signers: Signer[]): Landed {
    const { landed, refusal } = this.chain.send(instructions, signers);
    assert.ok(landed, `refused: ${inspect(refusal)}`);
    return landed;
  }

  /** Must be refused by this name, and leave every account as it was. */
  refused(name: string, instructions: readonly TransactionInstruction[], ...signers: Signer[]): ProgramRefusal {
    const before = this.state();
    const { refusal } = this.chain.send(instructions, signers);
    assert.ok(refusal, `landed instead of ${name}`);
    assert.equal(refusal.name, name, inspect(refusal));
    assert.deepEqual(this.state(), before);
    return refusal;
  }

  get newConfig(): GlobalConfig {
    return decodeConfig(this.chain.data(configAddress(newProgram)));
  }

  get imported(): Market {
    return decodeMarket(this.chain.data(newMarket));
  }

  get vaults(): { baseVault: PublicKey; quoteVault: PublicKey } {
    return { baseVault: this.baseVault, quoteVault: this.quoteVault };
  }

  /** Every account that a fork may change, but who pays fees. */
  state(): unknown {
    const { chain } = this;
    const accounts = [configAddress(keys.programId), oldMarket, configAddress(newProgram), newMarket];
    return [...accounts, this.baseVault, this.quoteVault].map((key) => chain.get(key));
  }

  /** The old side alone, as an abort must leave it. */
  oldState(): unknown {
    const accounts = [oldMarket, this.baseVault, this.quoteVault];
    return accounts.map((key) => this.chain.get(key));
  }

  setPredecessor(program = keys.programId): void {
    this.send([next.setPredecessor({ admin: newAdmin.publicKey, program })], newAdmin);
  }

  nominate(program = newProgram): void {
    this.send([old.nominateSuccessor({ admin: keys.admin.publicKey, program })], keys.admin);
  }

  pause(isPaused = true): void {
    this.send([old.setPaused({ authority: keys.admin.publicKey, isPaused })], keys.admin);
  }

  /** Past the timelock of a nomination made at the world's start. */
  unlock(): void {
    this.chain.warpTo(this.config.successor.unlockSlot);
  }

  prepareInstructions(change: { market?: PublicKey; capacity?: number; oldMarket?: PublicKey } = {}) {
    const market = change.market ?? newMarket;
    const capacity = change.capacity ?? this.oldCapacity;
    const account = createMarketAccount({
      payer: newAdmin.publicKey,
      market,
      capacity,
      lamports: Number(this.chain.rent(marketSpace(capacity))),
      programId: newProgram,
    });
    const prepare = next.prepareImport({ admin: newAdmin.publicKey, market, oldMarket: change.oldMarket ?? oldMarket });
    return [account, prepare];
  }

  get oldCapacity(): number {
    return Math.floor((this.chain.data(oldMarket).length - marketSpace(0)) / (marketSpace(1) - marketSpace(0)));
  }

  prepare(): void {
    this.send(this.prepareInstructions(), newAdmin, newMarketKey);
  }

  handOverInstruction(change: { admin?: PublicKey; successorMarket?: PublicKey } = {}): TransactionInstruction {
    const accounts = { admin: keys.admin.publicKey, market: oldMarket, ...this.vaults, successorMarket: newMarket };
    return old.handOver({ ...accounts, ...change });
  }

  handOver(): Landed {
    return this.send([this.handOverInstruction()], keys.admin);
  }

  takeBackInstruction(admin = keys.admin.publicKey): TransactionInstruction {
    return old.takeBack({ admin, market: oldMarket, ...this.vaults });
  }

  importInstruction(maxEntries = 1_000, change: Partial<Parameters<typeof next.importMarket>[0]> = {}) {
    const accounts = { admin: newAdmin.publicKey, market: newMarket, oldMarket, ...this.vaults };
    return next.importMarket({ ...accounts, maxEntries, ...change });
  }

  import(maxEntries?: number): Landed {
    return this.send([this.importInstruction(maxEntries)], newAdmin);
  }

  abortInstruction(change: Partial<Parameters<typeof next.abortImport>[0]> = {}): TransactionInstruction {
    const accounts = { admin: newAdmin.publicKey, market: newMarket, oldMarket, ...this.vaults };
    return next.abortImport({ ...accounts, ...change });
  }

  /** All up to the hand-over, which is allowed now. */
  ready(): void {
    this.setPredecessor();
    this.nominate();
    this.prepare();
    this.pause();
    this.unlock();
  }

  /** The whole way: afterwards the market is open in the new program. */
  moved(): void {
    this.ready();
    this.handOver();
    this.import();
  }
}

export const executeIn = (
  instructions: typeof next,
  market: PublicKey,
  trader: Trader,
  vaults?: { baseVault: PublicKey; quoteVault: PublicKey },
): TransactionInstruction =>
  instructions.executeWithdrawal({
    owner: trader.key.publicKey,
    market,
    index: trader.index,
    baseDestination: trader.base,
    quoteDestination: trader.quote,
    vaults,
  });

export const requestIn = (
  instructions: typeof next,
  market: PublicKey,
  trader: Trader,
  amounts: { baseLots: bigint; quoteAtoms: bigint },
): TransactionInstruction =>
  instructions.requestWithdrawal({
    owner: trader.key.publicKey,
    market,
    index: trader.index,
    baseDestination: trader.base,
    quoteDestination: trader.quote,
    ...amounts,
  });
