import { PublicKey } from '@solana/web3.js';
import type { TraderEntry } from '#client';
import { baseLots, EntryStatus, quoteAtoms, slot, tradeId } from '#client';
import { requireThat } from './refusal.ts';

export const freeEntry: TraderEntry = {
  owner: PublicKey.default,
  baseLots: baseLots(0),
  quoteAtoms: quoteAtoms(0),
  pendingBaseLots: baseLots(0),
  pendingQuoteAtoms: quoteAtoms(0),
  unlockSlot: slot(0),
  heldUntilSlot: slot(0),
  baseDestination: PublicKey.default,
  quoteDestination: PublicKey.default,
  closingTradeId: tradeId(0),
  status: EntryStatus.Free,
};

export const openEntry = (owner: PublicKey): TraderEntry => ({ ...freeEntry, owner, status: EntryStatus.Open });

export const hasRequest = (entry: TraderEntry): boolean => entry.unlockSlot !== 0n;

/** What an entry is worth to its market: a pending withdrawal is owed as long as it is not paid. */
export const holdings = (entry: TraderEntry): { baseLots: bigint; quoteAtoms: bigint } => ({
  baseLots: entry.baseLots + entry.pendingBaseLots,
  quoteAtoms: entry.quoteAtoms + entry.pendingQuoteAtoms,
});

/** The entry without its request; what was pending is the caller's to place. */
export const withoutRequest = (entry: TraderEntry): TraderEntry => ({
  ...entry,
  pendingBaseLots: baseLots(0),
  pendingQuoteAtoms: quoteAtoms(0),
  unlockSlot: slot(0),
  heldUntilSlot: slot(0),
  baseDestination: PublicKey.default,
  quoteDestination: PublicKey.default,
});

/** Takes from what is available first, then from the pending withdrawal. */
function taken(available: bigint, pending: bigint, amount: bigint): [available: bigint, pending: bigint] | undefined {
  if (available + pending < amount) return undefined;
  const fromAvailable = amount < available ? amount : available;
  return [available - fromAvailable, pending - (amount - fromAvailable)];
}

export function debitQuote(entry: TraderEntry, amount: bigint): TraderEntry {
  const rest = taken(entry.quoteAtoms, entry.pendingQuoteAtoms, amount);
  requireThat(rest !== undefined, 'InsufficientQuote');
  return { ...entry, quoteAtoms: quoteAtoms(rest[0]), pendingQuoteAtoms: quoteAtoms(rest[1]) };
}

export function debitBase(entry: TraderEntry, amount: bigint): TraderEntry {
  const rest = taken(entry.baseLots, entry.pendingBaseLots, amount);
  requireThat(rest !== undefined, 'InsufficientBase');
  return { ...entry, baseLots: baseLots(rest[0]), pendingBaseLots: baseLots(rest[1]) };
}

export const credit = (entry: TraderEntry, base: bigint, quote: bigint): TraderEntry => ({
  ...entry,
  baseLots: baseLots(entry.baseLots + base),
  quoteAtoms: quoteAtoms(entry.quoteAtoms + quote),
});
