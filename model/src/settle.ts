import type { PublicKey } from '@solana/web3.js';
import type { GlobalConfig, TraderEntry } from '#client';
import { EntryStatus, RECENT_DIGESTS, ResultCode } from '#client';
import { effective } from './config.ts';
import { credit, debitBase, debitQuote } from './entry.ts';
import { U64_LIMIT } from './limits.ts';
import type { MarketState } from './market.ts';
import { amountOf, feeOn } from './money.ts';
import { Refusal, requireThat } from './refusal.ts';
import { digestOf, leafOfBatch, leafOfPing } from './tree.ts';

const VERSION = 1;
const VERSION_BIT = 1;
const HEADER_BYTES = 1 + 8 + 4;
const TRADE_BYTES = 8 + 4 + 4 + 8 + 8 + 1;
const TREE_CAPACITY = 2 ** 32;

/** A trade as it lies in the payload; the model reads the bytes itself, in the order of the contract's checks. */
interface RawTrade {
  readonly tradeId: bigint;
  readonly buyer: number;
  readonly seller: number;
  readonly price: bigint;
  readonly quantity: bigint;
  readonly takerByte: number;
}

/** What a batch has done so far; thrown away when a trade refuses it. */
interface Work {
  readonly entries: TraderEntry[];
  fees: bigint;
  baseLots: bigint;
  quoteAtoms: bigint;
}

/** A market with one more leaf in its tree. */
export interface Landed {
  readonly market: MarketState;
  readonly leaf: Uint8Array;
}

/** The one trade a batch is refused for, told apart from the error so that both can be compared. */
export class TradeRefusal extends Refusal {
  readonly index: number;

  constructor(error: Refusal['error'], index: number) {
    super(error);
    this.index = index;
  }
}

export function settled(
  market: MarketState,
  config: GlobalConfig,
  now: bigint,
  batch: { relayer: PublicKey; data: Uint8Array },
): Landed {
  const { data } = batch;
  requireThat(data.length > 0, 'EmptyBatch');
  requireThat(data[0] === VERSION, 'InvalidBatchVersion');
  requireThat(!config.isPaused, 'Paused');
  requireThat(batch.relayer.equals(effective(config, 'activeRelayer', now)), 'NotActiveRelayer');
  requireThat((effective(config, 'allowedBatchVersions', now) & VERSION_BIT) !== 0, 'VersionNotAllowed');
  requireThat(data.length >= HEADER_BYTES, 'MalformedBatch');

  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const sequence = view.getBigUint64(1, true);
  requireThat(sequence >= market.nextSequence, 'SequenceSettled');
  requireThat(sequence <= market.nextSequence, 'SequenceAhead');
  const count = view.getUint32(9, true);
  requireThat(data.length === HEADER_BYTES + count * TRADE_BYTES, 'MalformedBatch');
  const isDue = now >= market.lastSettledSlot + effective(config, 'maxBatchAgeSlots', now);
  requireThat(count === 0 || count >= effective(config, 'minBatchSize', now) || isDue, 'BatchTooSmall');

  const trades = Array.from({ length: count }, (_, i) => rawTrade(view, HEADER_BYTES + i * TRADE_BYTES));
  const takerBps = effective(config, 'feeTiers', now)[0]?.takerBps ?? 0;
  const work: Work = { entries: [...market.entries], fees: 0n, baseLots: 0n, quoteAtoms: 0n };
  trades.forEach((trade, i) => {
    settleTrade(work, trade, i, market.lastTradeId + BigInt(i) + 1n, takerBps);
  });
  requireThat(market.leafCount < TREE_CAPACITY, 'TreeFull');

  const codes = trades.map((trade) => (trade.quantity === 0n ? ResultCode.Voided : ResultCode.Settled));
  const voided = codes.filter((code) => code === ResultCode.Voided).length;
  const place = { program: market.program, market: market.address, sequence };
  const after = {
    ...market,
    entries: work.entries,
    nextSequence: market.nextSequence + 1n,
    lastTradeId: market.lastTradeId + BigInt(count),
    lastSettledSlot: count === 0 ? market.lastSettledSlot : now,
    quoteFees: market.quoteFees + work.fees,
    tradesSettled: market.tradesSettled + BigInt(count - voided),
    tradesVoided: market.tradesVoided + BigInt(voided),
    volumeBaseLots: saturated(market.volumeBaseLots + work.baseLots),
    volumeQuoteAtoms: saturated(market.volumeQuoteAtoms + work.quoteAtoms),
    leafCount: market.leafCount + 1,
    recentDigests: market.recentDigests.with(Number(sequence % BigInt(RECENT_DIGESTS)), digestOf(data)),
  };
  return { market: after, leaf: leafOfBatch(place, data, codes) };
}

export function pinged(
  market: MarketState,
  config: GlobalConfig,
  now: bigint,
  ping: { relayer: PublicKey; nonce: bigint },
): Landed {
  requireThat(ping.relayer.equals(effective(config, 'activeRelayer', now)), 'NotActiveRelayer');
  requireThat(market.leafCount < TREE_CAPACITY, 'TreeFull');
  const place = { program: market.program, market: market.address, sequence: market.nextSequence };
  return { market: { ...market, leafCount: market.leafCount + 1 }, leaf: leafOfPing(place, ping.nonce) };
}

function rawTrade(view: DataView, at: number): RawTrade {
  return {
    tradeId: view.getBigUint64(at, true),
    buyer: view.getUint32(at + 8, true),
    seller: view.getUint32(at + 12, true),
    price: view.getBigUint64(at + 16, true),
    quantity: view.getBigUint64(at + 24, true),
    takerByte: view.getUint8(at + 32),
  };
}

function settleTrade(work: Work, trade: RawTrade, index: number, expectedId: bigint, takerBps: number): void {
  requireThat(trade.tradeId >= expectedId, 'TradeReplay');
  requireThat(trade.tradeId <= expectedId, 'TradeGap');
  requireThat(trade.takerByte <= 1, 'MalformedBatch');
  if (trade.quantity === 0n) return;
  try {
    exchange(work, trade, takerBps);
  } catch (refusal) {
    throw refusal instanceof Refusal ? new TradeRefusal(refusal.error, index) : refusal;
  }
}

function exchange(work: Work, trade: RawTrade, takerBps: number): void {
  requireThat(trade.price !== 0n, 'ZeroPrice');
  const buyer = work.entries[trade.buyer];
  const seller = work.entries[trade.seller];
  requireThat(buyer !== undefined && seller !== undefined, 'TraderIndexOutOfRange');
  requireThat(buyer.status === EntryStatus.Open && seller.status === EntryStatus.Open, 'EntryNotOpen');
  requireThat(trade.buyer !== trade.seller, 'SelfTrade');
  const amount = amountOf(trade.price, trade.quantity);
  requireThat(amount < U64_LIMIT, 'AmountOverflow');
  const fee = feeOn(amount, takerBps);
  const paid = trade.takerByte === 1 ? amount + fee : amount;
  requireThat(paid < U64_LIMIT, 'AmountOverflow');

  work.entries[trade.buyer] = credit(debitQuote(buyer, paid), trade.quantity, 0n);
  work.entries[trade.seller] = credit(debitBase(seller, trade.quantity), 0n, paid - fee);
  work.fees += fee;
  work.baseLots += trade.quantity;
  work.quoteAtoms += amount;
}

const saturated = (value: bigint): bigint => (value < U64_LIMIT ? value : U64_LIMIT - 1n);
