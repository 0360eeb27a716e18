import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection, PublicKey } from '@solana/web3.js';
import type { TradeV1 } from '#client';
import { ResultCode, readMarket } from '#client';
import type { BatchRecord } from '../../../cli/src/lane-history.ts';
import { readLaneHistory } from '../../../cli/src/lane-history.ts';
import type { Venue } from '../../../cli/src/start/venue.ts';

/** A market under a program; a fork to another program makes a second one. */
export interface Side {
  readonly program: PublicKey;
  readonly market: PublicKey;
}

/** What the chain's transactions say became of the engine's trades. */
export interface Audit {
  /** Ids up to the cursor, each of which must be there. */
  readonly cursor: number;
  readonly lost: number;
  readonly doubled: number;
  /** Everything else that is not as it must be. */
  readonly wrong: readonly string[];
}

const BPS = 10_000n;

/** Of the taker's side, rounded up: as docs/reference/program.md has it, written down once more. */
const feeOf = (amount: bigint, bps: bigint): bigint => (amount / BPS) * bps + ((amount % BPS) * bps + BPS - 1n) / BPS;

/**
 * Holds the chain against the engine's input, with nothing of relayer, gateway or playbook: every id up to the cursor once and in order, its
 * fields those of the input, and every entry's balance what deposits and trades make of it. Markets are given in their order.
 */
export async function audited(venue: Venue, sides: readonly Side[], input: readonly TradeV1[]): Promise<Audit> {
  const { connection } = venue;
  const last = sides.at(-1) ?? venue;
  const { value } = await readMarket(connection, last.market, 'confirmed', last.program);
  const { header, traders } = value;
  const trades = await tradesOf(connection, sides, header.nextSequence);
  const cursor = Number(header.lastTradeId);
  const seen = new Map<number, number>();
  for (const { trade } of trades) seen.set(Number(trade.tradeId), (seen.get(Number(trade.tradeId)) ?? 0) + 1);
  const lost = Array.from({ length: cursor }, (_, at) => at + 1).filter((id) => !seen.has(id)).length;
  const doubled = [...seen.values()].filter((times) => times > 1).length;
  const wrong: string[] = [];
  for (const [at, { trade }] of trades.entries()) {
    if (Number(trade.tradeId) !== at + 1) wrong.push(`id ${trade.tradeId} in place ${at + 1}`);
  }
  const books = venue.traders.map(({ deposit }) => ({
    base: deposit.baseLots as bigint,
    quote: deposit.quoteAtoms as bigint,
  }));
  let fees = 0n;
  const takerBps = BigInt(venue.config.feeTiers[0]?.takerBps ?? 0);
  for (const { trade, settled } of trades) {
    const expected = input[Number(trade.tradeId) - 1];
    const differs =
      expected === undefined ||
      !(['buyer', 'seller', 'price', 'quantity', 'takerIsBuyer'] as const).every(
        (name) => expected[name] === trade[name],
      );
    if (differs || !settled) {
      wrong.push(`trade ${trade.tradeId} ${settled ? 'is not the engine’s' : 'did not settle'}`);
      continue;
    }
    const [buyer, seller] = [books[trade.buyer], books[trade.seller]];
    if (buyer === undefined || seller === undefined) continue;
    const amount = trade.price * trade.quantity;
    const fee = feeOf(amount, takerBps);
    buyer.base += trade.quantity;
    seller.base -= trade.quantity;
    buyer.quote -= amount + (trade.takerIsBuyer ? fee : 0n);
    seller.quote += amount - (trade.takerIsBuyer ? 0n : fee);
    fees += fee;
  }
  for (const [index, { base, quote }] of books.entries()) {
    const entry = traders[index];
    if (entry?.baseLots !== base || entry.quoteAtoms !== quote) {
      wrong.push(
        `entry ${index}: ${base} lots and ${quote} atoms by its trades, ${entry?.baseLots} and ${entry?.quoteAtoms} on-chain`,
      );
    }
  }
  if (header.quoteFees !== fees) wrong.push(`fees ${fees} by the trades, ${header.quoteFees} on-chain`);
  return { cursor, lost, doubled, wrong };
}

/** A node tells of a transaction a moment after it shows what it did. */
const ATTEMPTS = 40;
const RETRY_MS = 250;

/**
 * In the order they settled, up to a sequence: what lands while this reads is not looked at. A history with fewer batches than the market
 * has settled is read again, for ten seconds.
 */
async function tradesOf(connection: Connection, sides: readonly Side[], nextSequence: bigint) {
  for (let attempt = 1; ; attempt += 1) {
    const batches: BatchRecord[] = [];
    for (const side of sides) {
      for await (const record of readLaneHistory({ connection, ...side })) {
        if (record.kind === 'batch' && record.batch.sequence < nextSequence) batches.push(record);
      }
    }
    if (BigInt(batches.length) + 1n >= nextSequence || attempt === ATTEMPTS) {
      return batches.flatMap(({ batch, codes }) =>
        batch.trades.map((trade, at) => ({ trade, settled: codes[at] === ResultCode.Settled })),
      );
    }
    await sleep(RETRY_MS);
  }
}
