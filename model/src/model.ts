import type { PublicKey } from '@solana/web3.js';
import type { GlobalConfig, InitializeArgs, SchedulableFields, ScheduledChange } from '#client';
import * as config from './config.ts';
import { MARKET_GROWTH_BYTES } from './limits.ts';
import type { MarketState } from './market.ts';
import { newMarket, owed, withTotals } from './market.ts';
import { requireThat } from './refusal.ts';
import type { Landed } from './settle.ts';
import { pinged, settled } from './settle.ts';
import type { Amounts, Destinations } from './trader.ts';
import * as trader from './trader.ts';
import { rootOf } from './tree.ts';

const ENTRY_BYTES = 160;

interface Setup {
  readonly program: PublicKey;
  readonly market: PublicKey;
  readonly baseLotAtoms: bigint;
  /** Entries the market account has room for. */
  readonly capacity: number;
  readonly configBump: number;
  readonly config: InitializeArgs;
}

/**
 * The settlement program written a second time, from docs/reference/program.md: one config, one market, and a slot that
 * the caller moves. Every instruction is a method; it throws a `Refusal` with the program's error name and then has
 * changed nothing. Tokens and accounts are not modelled: only what the program knows by itself.
 */
export class SettlementModel {
  config: GlobalConfig;
  market: MarketState;
  slot = 0n;
  /** Of the last batch or ping that landed: one code a trade. */
  resultCodes: readonly number[] = [];
  readonly #leaves: Uint8Array[] = [];

  constructor(setup: Setup) {
    this.config = config.initialized(setup.config, setup.configBump);
    this.market = newMarket({ ...setup, address: setup.market });
  }

  /** Root of the state tree, from all leaves at once. */
  root(): Uint8Array {
    return rootOf(this.#leaves);
  }

  /** Entries + pending withdrawals + fees, summed anew; equal to the market's totals. */
  owed(): { baseLots: bigint; quoteAtoms: bigint } {
    return owed(this.market);
  }

  settle(batch: { relayer: PublicKey; data: Uint8Array }): void {
    this.#land(settled(this.market, this.config, this.slot, batch));
  }

  ping(ping: { relayer: PublicKey; nonce: bigint }): void {
    this.#land(pinged(this.market, this.config, this.slot, ping));
  }

  openTrader(owner: PublicKey, reuseIndex?: number): void {
    this.market = trader.opened(this.market, owner, reuseIndex);
  }

  closeTrader(owner: PublicKey, index: number): void {
    this.market = trader.closed(this.market, owner, index);
  }

  deposit(owner: PublicKey, index: number, amounts: Amounts): void {
    this.market = trader.deposited(this.market, owner, index, amounts);
  }

  requestWithdrawal(request: { owner: PublicKey; index: number } & Amounts & Destinations): void {
    this.market = trader.requested(this.market, this.config, this.slot, request);
  }

  executeWithdrawal(withdrawal: { owner: PublicKey; index: number } & Destinations): void {
    this.market = trader.executed(this.market, this.slot, withdrawal);
  }

  cancelWithdrawal(owner: PublicKey, index: number): void {
    this.market = trader.cancelled(this.market, owner, index);
  }

  holdWithdrawal(hold: { guardian: PublicKey; index: number; holdSlots: bigint }): void {
    this.market = trader.held(this.market, this.config, this.slot, hold);
  }

  growMarket(signer: PublicKey): void {
    requireThat(signer.equals(this.config.admin), 'NotAdmin');
    this.market = { ...this.market, capacity: this.market.capacity + MARKET_GROWTH_BYTES / ENTRY_BYTES };
  }

  collectFees(signer: PublicKey, amount: bigint): void {
    requireThat(signer.equals(this.config.admin), 'NotAdmin');
    requireThat(amount !== 0n, 'ZeroAmount');
    requireThat(amount <= this.market.quoteFees, 'InsufficientFees');
    this.market = { ...withTotals(this.market, 0n, -amount), quoteFees: this.market.quoteFees - amount };
  }

  setPaused(signer: PublicKey, isPaused: boolean): void {
    this.config = config.paused(this.config, signer, this.slot, isPaused);
  }

  /** Any of the instructions that set one schedulable field. */
  set<F extends keyof SchedulableFields>(signer: PublicKey, field: F, value: SchedulableFields[F]): void {
    this.config = config.withField(this.config, signer, this.slot, field, value);
  }

  setGuardian(signer: PublicKey, guardian: PublicKey): void {
    this.config = config.withGuardian(this.config, signer, this.slot, guardian);
  }

  scheduleChange(signer: PublicKey, change: ScheduledChange): void {
    this.config = config.withSchedule(this.config, signer, this.slot, change);
  }

  cancelSchedule(signer: PublicKey): void {
    this.config = config.withoutSchedule(this.config, signer, this.slot);
  }

  nominateAdmin(signer: PublicKey, pendingAdmin: PublicKey): void {
    this.config = config.nominated(this.config, signer, this.slot, pendingAdmin);
  }

  acceptAdmin(signer: PublicKey): void {
    this.config = config.accepted(this.config, signer, this.slot);
  }

  #land({ market, leaf, codes }: Landed): void {
    this.market = market;
    this.resultCodes = codes;
    this.#leaves.push(leaf);
  }
}
