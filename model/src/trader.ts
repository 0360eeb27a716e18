import type { PublicKey } from '@solana/web3.js';
import type { GlobalConfig, TraderEntry } from '#client';
import { baseLots, EntryStatus, quoteAtoms, slot, tradeId } from '#client';
import { effective } from './config.ts';
import { credit, freeEntry, hasRequest, holdings, openEntry, withoutRequest } from './entry.ts';
import { INDEX_REUSE_TRADES, MAX_HOLD_SLOTS, U64_LIMIT } from './limits.ts';
import type { MarketState } from './market.ts';
import { entryAt, ownEntry, withEntry, withTotals } from './market.ts';
import { requireThat } from './refusal.ts';

export interface Amounts {
  readonly baseLots: bigint;
  readonly quoteAtoms: bigint;
}

export interface Destinations {
  readonly baseDestination: PublicKey;
  readonly quoteDestination: PublicKey;
}

export function opened(market: MarketState, owner: PublicKey, reuseIndex?: number): MarketState {
  if (reuseIndex === undefined) {
    requireThat(market.entries.length < market.capacity, 'MarketFull');
    return { ...market, entries: [...market.entries, openEntry(owner)] };
  }
  requireThat(entryAt(market, reuseIndex).status === EntryStatus.Free, 'IndexNotFree');
  return withEntry(market, reuseIndex, openEntry(owner));
}

export function closed(market: MarketState, owner: PublicKey, index: number): MarketState {
  const entry = ownEntry(market, index, owner);
  if (entry.status === EntryStatus.Closing) {
    requireThat(market.lastTradeId >= entry.closingTradeId + INDEX_REUSE_TRADES, 'IndexStillNamed');
    return withEntry(market, index, freeEntry);
  }
  requireThat(!hasRequest(entry), 'WithdrawalPending');
  const { baseLots: base, quoteAtoms: quote } = holdings(entry);
  requireThat(base === 0n && quote === 0n, 'EntryNotEmpty');
  const closing = { ...entry, status: EntryStatus.Closing, closingTradeId: tradeId(market.lastTradeId) };
  return withEntry(market, index, closing);
}

export function deposited(market: MarketState, owner: PublicKey, index: number, amounts: Amounts): MarketState {
  requireSome(amounts);
  const entry = ownOpenEntry(market, index, owner);
  requireThat(amounts.baseLots * market.baseLotAtoms < U64_LIMIT, 'BalanceOverflow');
  const after = withTotals(market, amounts.baseLots, amounts.quoteAtoms);
  return withEntry(after, index, credit(entry, amounts.baseLots, amounts.quoteAtoms));
}

export function requested(
  market: MarketState,
  config: GlobalConfig,
  now: bigint,
  request: { owner: PublicKey; index: number } & Amounts & Destinations,
): MarketState {
  requireSome(request);
  const entry = ownOpenEntry(market, request.index, request.owner);
  requireThat(!hasRequest(entry), 'WithdrawalPending');
  const isCovered = request.baseLots <= entry.baseLots && request.quoteAtoms <= entry.quoteAtoms;
  requireThat(isCovered, 'InsufficientBalance');
  // 0 would mean that there is no request.
  const unlockSlot = now + effective(config, 'withdrawalDelaySlots', now);
  return withEntry(market, request.index, {
    ...entry,
    baseLots: baseLots(entry.baseLots - request.baseLots),
    quoteAtoms: quoteAtoms(entry.quoteAtoms - request.quoteAtoms),
    pendingBaseLots: baseLots(request.baseLots),
    pendingQuoteAtoms: quoteAtoms(request.quoteAtoms),
    unlockSlot: slot(unlockSlot === 0n ? 1n : unlockSlot),
    baseDestination: request.baseDestination,
    quoteDestination: request.quoteDestination,
  });
}

export function executed(
  market: MarketState,
  now: bigint,
  withdrawal: { owner: PublicKey; index: number } & Destinations,
): MarketState {
  const entry = ownEntry(market, withdrawal.index, withdrawal.owner);
  requireThat(hasRequest(entry), 'NoWithdrawal');
  requireThat(now >= entry.unlockSlot, 'WithdrawalLocked');
  requireThat(now >= entry.heldUntilSlot, 'WithdrawalHeld');
  const isFixed =
    entry.baseDestination.equals(withdrawal.baseDestination) &&
    entry.quoteDestination.equals(withdrawal.quoteDestination);
  requireThat(isFixed, 'WrongDestination');
  const after = withTotals(market, -entry.pendingBaseLots, -entry.pendingQuoteAtoms);
  return withEntry(after, withdrawal.index, withoutRequest(entry));
}

export function cancelled(market: MarketState, owner: PublicKey, index: number): MarketState {
  const entry = ownEntry(market, index, owner);
  requireThat(hasRequest(entry), 'NoWithdrawal');
  return withEntry(market, index, credit(withoutRequest(entry), entry.pendingBaseLots, entry.pendingQuoteAtoms));
}

export function held(
  market: MarketState,
  config: GlobalConfig,
  now: bigint,
  hold: { guardian: PublicKey; index: number; holdSlots: bigint },
): MarketState {
  requireThat(hold.guardian.equals(config.guardian), 'NotGuardian');
  requireThat(hold.holdSlots !== 0n, 'ZeroAmount');
  requireThat(hold.holdSlots <= MAX_HOLD_SLOTS, 'HoldTooLong');
  const entry = entryAt(market, hold.index);
  requireThat(hasRequest(entry), 'NoWithdrawal');
  requireThat(entry.heldUntilSlot === 0n, 'AlreadyHeld');
  requireThat(now < entry.unlockSlot, 'HoldTooLate');
  return withEntry(market, hold.index, { ...entry, heldUntilSlot: slot(entry.unlockSlot + hold.holdSlots) });
}

function requireSome(amounts: Amounts): void {
  requireThat(amounts.baseLots !== 0n || amounts.quoteAtoms !== 0n, 'ZeroAmount');
}

function ownOpenEntry(market: MarketState, index: number, owner: PublicKey): TraderEntry {
  const entry = ownEntry(market, index, owner);
  requireThat(entry.status === EntryStatus.Open, 'EntryNotOpen');
  return entry;
}
