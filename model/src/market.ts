import type { PublicKey } from '@solana/web3.js';
import type { TraderEntry } from '#client';
import { EntryStatus, RECENT_DIGESTS } from '#client';
import { holdings } from './entry.ts';
import { U64_LIMIT } from './limits.ts';
import { requireThat } from './refusal.ts';

/** A market as the contract describes it; never changed in place. */
export interface MarketState {
  readonly program: PublicKey;
  readonly address: PublicKey;
  readonly baseLotAtoms: bigint;
  /** Entries the account has room for. */
  readonly capacity: number;
  readonly entries: readonly TraderEntry[];
  readonly nextSequence: bigint;
  readonly lastTradeId: bigint;
  readonly lastSettledSlot: bigint;
  readonly quoteFees: bigint;
  /** What the market has taken in and not paid out. */
  readonly baseLotsTotal: bigint;
  readonly quoteAtomsTotal: bigint;
  readonly tradesSettled: bigint;
  readonly tradesVoided: bigint;
  readonly tradesSkipped: bigint;
  readonly volumeBaseLots: bigint;
  readonly volumeQuoteAtoms: bigint;
  readonly leafCount: number;
  /** Payload digest of sequence s at `s % 64`. */
  readonly recentDigests: readonly Uint8Array[];
}

export function newMarket(place: {
  program: PublicKey;
  address: PublicKey;
  baseLotAtoms: bigint;
  capacity: number;
}): MarketState {
  return {
    ...place,
    entries: [],
    nextSequence: 1n,
    lastTradeId: 0n,
    lastSettledSlot: 0n,
    quoteFees: 0n,
    baseLotsTotal: 0n,
    quoteAtomsTotal: 0n,
    tradesSettled: 0n,
    tradesVoided: 0n,
    tradesSkipped: 0n,
    volumeBaseLots: 0n,
    volumeQuoteAtoms: 0n,
    leafCount: 0,
    recentDigests: Array.from({ length: RECENT_DIGESTS }, () => new Uint8Array(32)),
  };
}

export function entryAt(market: MarketState, index: number): TraderEntry {
  const entry = market.entries[index];
  requireThat(entry !== undefined, 'TraderIndexOutOfRange');
  return entry;
}

/** The entry, if `signer` may move its money. */
export function ownEntry(market: MarketState, index: number, signer: PublicKey): TraderEntry {
  const entry = entryAt(market, index);
  requireThat(entry.status !== EntryStatus.Free && entry.owner.equals(signer), 'NotEntryOwner');
  return entry;
}

export const withEntry = (market: MarketState, index: number, entry: TraderEntry): MarketState => ({
  ...market,
  entries: market.entries.map((old, i) => (i === index ? entry : old)),
});

/** Adds to the market's totals, negative amounts on the way out. */
export function withTotals(market: MarketState, base: bigint, quote: bigint): MarketState {
  const baseLotsTotal = market.baseLotsTotal + base;
  const quoteAtomsTotal = market.quoteAtomsTotal + quote;
  requireThat(baseLotsTotal < U64_LIMIT && quoteAtomsTotal < U64_LIMIT, 'BalanceOverflow');
  return { ...market, baseLotsTotal, quoteAtomsTotal };
}

/** Entries + pending withdrawals + fees, summed anew: what the totals must be after every instruction. */
export function owed(market: MarketState): { baseLots: bigint; quoteAtoms: bigint } {
  return market.entries
    .map(holdings)
    .reduce((sum, held) => ({ baseLots: sum.baseLots + held.baseLots, quoteAtoms: sum.quoteAtoms + held.quoteAtoms }), {
      baseLots: 0n,
      quoteAtoms: market.quoteFees,
    });
}
