import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection, PublicKey } from '@solana/web3.js';
import { EntryStatus, MarketStatus, readMarket } from '#client';
import type { BalanceReader, Balances } from './funds.ts';

/** An RPC that takes longer for its first answer is not waited for. */
const FIRST_MS = 5_000;
/** How often the market is read while somebody asks. */
const REFRESH_MS = 1_000;
/** Older balances are none: a trader may have left. */
const MAX_AGE_MS = 30_000;

export interface ChainBalancesOptions {
  readonly connection: Connection;
  /** The account on-chain; the name of its streams may be another one. */
  readonly market: PublicKey;
  readonly log?: (message: string) => void;
  /** Milliseconds that only grow. */
  readonly now?: () => number;
}

/**
 * Balances as the chain confirms them, read once and again in the background when they are asked for. What is pending for withdrawal backs trades
 * already matched, and no new order.
 */
export async function chainBalances(options: ChainBalancesOptions): Promise<BalanceReader> {
  const { connection, market, log = () => undefined, now = () => performance.now() } = options;
  let latest: (Balances & { readonly at: number }) | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;
  let isReading = false;
  let isSilent = false;

  const refresh = async () => {
    const at = now();
    const { value } = await readMarket(connection, market, 'confirmed');
    latest = undefined;
    // Of one that has moved the balances are somewhere else.
    if (value.header.status !== MarketStatus.Open) throw new Error('the market is not open on-chain');
    const entries = value.traders;
    latest = {
      at,
      cursor: value.header.lastTradeId,
      of(trader) {
        const entry = entries[trader];
        return entry?.status === EntryStatus.Open ? entry : undefined;
      },
    };
    if (isSilent) log('balances are read again');
    isSilent = false;
  };
  const look = async () => {
    if (isReading || now() - askedAt < REFRESH_MS) return;
    askedAt = now();
    isReading = true;
    try {
      await refresh();
    } catch (error) {
      if (!isSilent) log(`balances can't be read: ${error instanceof Error ? error.message : String(error)}`);
      isSilent = true;
    }
    isReading = false;
  };
  const patience = new AbortController();
  await Promise.race([look(), sleep(FIRST_MS, undefined, { signal: patience.signal }).catch(() => undefined)]);
  patience.abort();
  return () => {
    void look();
    return latest !== undefined && now() - latest.at <= MAX_AGE_MS ? latest : undefined;
  };
}
