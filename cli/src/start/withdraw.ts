import type { PublicKey } from '@solana/web3.js';
import type { TraderEntry } from '#client';
import { readMarket, settlementInstructions } from '#client';
import { pause } from '../pause.ts';
import type { Sender } from '../transactions.ts';
import { step } from '../transactions.ts';
import type { Differences } from './differences.ts';
import type { Trader } from './traders.ts';
import type { Venue } from './venue.ts';

/** A trader's way out, as it happened. */
export interface Withdrawal {
  readonly trader: number;
  readonly owner: PublicKey;
  /** Atoms that arrived in the trader's token accounts. */
  readonly baseAtoms: bigint;
  readonly quoteAtoms: bigint;
  readonly requestedSlot: bigint;
  readonly unlockSlot: bigint;
}

const POLL_MS = 20;

/**
 * Lets the trader with the most quote leave with everything: request, wait out the delay, execute. Needs neither relayer nor
 * operator; that exactly the entry's balance arrives is checked at the token accounts.
 */
export async function withdrawEverything(
  venue: Venue,
  send: Sender,
  differences: Differences,
  signal: AbortSignal,
): Promise<Withdrawal> {
  const { connection, program, market, traders, instrument } = venue;
  const { value: before } = await readMarket(connection, market, 'confirmed');
  const trader = richest(traders, before.traders);
  const { baseLots, quoteAtoms } = entryOf(before.traders, trader);
  const build = settlementInstructions(program);
  const place = { owner: trader.owner.publicKey, market, index: trader.index };
  const destinations = { baseDestination: trader.base, quoteDestination: trader.quote };
  const held = await balances(venue, trader);

  const request = build.requestWithdrawal({ ...place, ...destinations, baseLots, quoteAtoms });
  await send.together([step([request], trader.owner)]);
  const { value: requested, slot: requestedSlot } = await readMarket(connection, market, 'confirmed');
  const { unlockSlot } = entryOf(requested.traders, trader);
  await untilSlot(venue, unlockSlot, signal);
  const execute = build.executeWithdrawal({ ...place, ...destinations });
  await send.together([step([execute], trader.owner)]);

  const now = await balances(venue, trader);
  const arrived = { baseAtoms: now.base - held.base, quoteAtoms: now.quote - held.quote };
  differences.compare('withdrawal', { baseAtoms: baseLots * instrument.baseLotAtoms, quoteAtoms }, arrived);
  const { value: after } = await readMarket(connection, market, 'confirmed');
  const {
    baseLots: baseLeft,
    quoteAtoms: quoteLeft,
    pendingBaseLots,
    pendingQuoteAtoms,
  } = entryOf(after.traders, trader);
  differences.compare(
    'left after the withdrawal',
    [0, 0, 0, 0],
    [baseLeft, quoteLeft, pendingBaseLots, pendingQuoteAtoms],
  );
  return { trader: trader.index, owner: place.owner, ...arrived, requestedSlot, unlockSlot };
}

/** The trader with the most quote, if possible one who holds base too: both must find their way out. */
function richest(traders: readonly Trader[], entries: readonly TraderEntry[]): Trader {
  const quote = (trader: Trader) => entryOf(entries, trader).quoteAtoms;
  const holdingBase = traders.filter((trader) => entryOf(entries, trader).baseLots > 0n && quote(trader) > 0n);
  const candidates = holdingBase.length > 0 ? holdingBase : traders;
  return candidates.reduce((best, trader) => (quote(trader) > quote(best) ? trader : best));
}

function entryOf(entries: readonly TraderEntry[], { index }: Trader): TraderEntry {
  const entry = entries[index];
  if (entry === undefined) throw new Error(`the market has no entry ${index}`);
  return entry;
}

async function balances({ connection }: Venue, trader: Trader): Promise<{ base: bigint; quote: bigint }> {
  const base = await connection.getTokenAccountBalance(trader.base, 'confirmed');
  const quote = await connection.getTokenAccountBalance(trader.quote, 'confirmed');
  return { base: BigInt(base.value.amount), quote: BigInt(quote.value.amount) };
}

async function untilSlot({ connection }: Venue, slot: bigint, signal: AbortSignal): Promise<void> {
  while (BigInt(await connection.getSlot('confirmed')) < slot) {
    await pause(POLL_MS, signal);
  }
}
