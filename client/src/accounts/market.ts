import { PublicKey } from '@solana/web3.js';
import { coder, fromAnchor } from '../anchor.ts';
import { viewOf } from '../bytes.ts';
import { clientError } from '../errors.ts';
import { accountDiscriminator } from '../idl.ts';
import { fieldOffsets, structSize } from '../layout.ts';
import type { BaseLots, QuoteAtoms, Sequence, Slot, TradeId } from '../units.ts';

export interface StateTreeAccount {
  readonly leafCount: bigint;
  readonly root: Uint8Array;
  readonly frontier: readonly Uint8Array[];
}

export interface MarketHeader {
  readonly baseMint: PublicKey;
  readonly quoteMint: PublicKey;
  readonly baseVault: PublicKey;
  readonly quoteVault: PublicKey;
  readonly baseLotAtoms: bigint;
  readonly nextSequence: Sequence;
  readonly lastTradeId: TradeId;
  readonly lastSettledSlot: Slot;
  /** Entries + pending withdrawals; what the market owes of the base mint. */
  readonly baseLotsTotal: BaseLots;
  /** Entries + pending withdrawals + fees; what the market owes of the quote mint. */
  readonly quoteAtomsTotal: QuoteAtoms;
  readonly quoteFees: QuoteAtoms;
  readonly tradesSettled: bigint;
  readonly tradesVoided: bigint;
  readonly volumeBaseLots: BaseLots;
  readonly volumeQuoteAtoms: QuoteAtoms;
  readonly tree: StateTreeAccount;
  /** Payload digest of sequence s at `s % RECENT_DIGESTS`. */
  readonly recentDigests: readonly Uint8Array[];
  readonly status: number;
  readonly treeVersion: number;
  readonly layoutVersion: number;
  readonly vaultBump: number;
  /** Trades of V2 batches that could not settle. */
  readonly tradesSkipped: bigint;
  /** The market this one is handed over to; the zero address while it is here. */
  readonly successorMarket: PublicKey;
  /** The market this one is or was imported from; the zero address when there is none. */
  readonly predecessorMarket: PublicKey;
  readonly importedEntries: number;
  /** Sums over the imported entries, pending withdrawals included. */
  readonly importedBaseLots: BaseLots;
  readonly importedQuoteAtoms: QuoteAtoms;
  readonly reserved: Uint8Array;
}

export interface TraderEntry {
  readonly owner: PublicKey;
  readonly baseLots: BaseLots;
  readonly quoteAtoms: QuoteAtoms;
  readonly pendingBaseLots: BaseLots;
  readonly pendingQuoteAtoms: QuoteAtoms;
  /** 0 = no withdrawal requested. */
  readonly unlockSlot: Slot;
  /** 0 = never held. */
  readonly heldUntilSlot: Slot;
  readonly baseDestination: PublicKey;
  readonly quoteDestination: PublicKey;
  readonly closingTradeId: TradeId;
  /** One of `EntryStatus`. */
  readonly status: number;
}

export interface Market {
  readonly header: MarketHeader;
  /** By trader index. */
  readonly traders: TraderEntry[];
}

const HEADER = 'MarketHeader';
const COUNT_BYTES = 4;
const headerStart = accountDiscriminator(HEADER).length;
const countAt = headerStart + structSize(HEADER);
const entriesAt = countAt + COUNT_BYTES;
const entryBytes = structSize('TraderEntry');
const fields = fieldOffsets('TraderEntry');

/** Bytes from an account's first that hold its header: enough for `decodeMarketHeader`. */
export const MARKET_HEADER_BYTES = countAt;

/** Bytes of a market account with room for `capacity` traders. */
export function marketSpace(capacity: number): number {
  return entriesAt + capacity * entryBytes;
}

/** Where in a market account the entry of a trader is. */
export const traderEntrySlice = (index: number) => ({ offset: marketSpace(index), length: entryBytes });

/**
 * One entry from the bytes of its slice; undefined when the account ends before it.
 * @throws LockstepError ACCOUNT_UNREADABLE when it ends within it
 */
export function decodeTraderEntry(slice: Uint8Array): TraderEntry | undefined {
  if (slice.length === 0) return undefined;
  if (slice.length !== entryBytes) throw clientError('ACCOUNT_UNREADABLE', 'the market ends within an entry');
  return readEntry(slice, viewOf(slice), 0);
}

/** @throws LockstepError ACCOUNT_UNREADABLE */
export function decodeMarketHeader(data: Uint8Array): MarketHeader {
  try {
    return fromAnchor<MarketHeader>(coder.accounts.decode(HEADER, Buffer.from(data.subarray(0, countAt))));
  } catch (cause) {
    throw clientError('ACCOUNT_UNREADABLE', 'these bytes are not a market', { cause });
  }
}

/** @throws LockstepError ACCOUNT_UNREADABLE */
export function decodeMarket(data: Uint8Array): Market {
  const header = decodeMarketHeader(data);
  if (data.length < entriesAt) throw clientError('ACCOUNT_UNREADABLE', 'the market ends within its header');
  const view = viewOf(data);
  const count = view.getUint32(countAt, true);
  if (marketSpace(count) > data.length) {
    throw clientError('ACCOUNT_UNREADABLE', `the market counts ${count} traders and has no room for them`);
  }
  return { header, traders: Array.from({ length: count }, (_, i) => readEntry(data, view, marketSpace(i))) };
}

function at(field: string): number {
  const offset = fields.get(field);
  if (offset === undefined) throw clientError('IDL_INCOMPLETE', `TraderEntry has no field ${field}`);
  return offset;
}

const offsets = {
  owner: at('owner'),
  baseLots: at('base_lots'),
  quoteAtoms: at('quote_atoms'),
  pendingBaseLots: at('pending_base_lots'),
  pendingQuoteAtoms: at('pending_quote_atoms'),
  unlockSlot: at('unlock_slot'),
  heldUntilSlot: at('held_until_slot'),
  baseDestination: at('base_destination'),
  quoteDestination: at('quote_destination'),
  closingTradeId: at('closing_trade_id'),
  status: at('status'),
};

/** Read by offset instead of by Anchor's coder: a market holds up to 65,000 entries and a poll reads them all. */
function readEntry(data: Uint8Array, view: DataView, start: number): TraderEntry {
  const u64 = (offset: number): bigint => view.getBigUint64(start + offset, true);
  const key = (offset: number): PublicKey => new PublicKey(data.subarray(start + offset, start + offset + 32));
  return {
    owner: key(offsets.owner),
    baseLots: u64(offsets.baseLots) as BaseLots,
    quoteAtoms: u64(offsets.quoteAtoms) as QuoteAtoms,
    pendingBaseLots: u64(offsets.pendingBaseLots) as BaseLots,
    pendingQuoteAtoms: u64(offsets.pendingQuoteAtoms) as QuoteAtoms,
    unlockSlot: u64(offsets.unlockSlot) as Slot,
    heldUntilSlot: u64(offsets.heldUntilSlot) as Slot,
    baseDestination: key(offsets.baseDestination),
    quoteDestination: key(offsets.quoteDestination),
    closingTradeId: u64(offsets.closingTradeId) as TradeId,
    status: view.getUint8(start + offsets.status),
  };
}
