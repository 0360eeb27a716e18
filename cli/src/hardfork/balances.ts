import type { Market } from '#client';
import { EntryStatus } from '#client';
import { fromNode } from '../rpc.ts';
import type { Difference } from '../start/differences.ts';
import { Differences } from '../start/differences.ts';
import { compareVaults } from '../start/verify.ts';
import { marketAt } from './chain.ts';
import type { ForkScene, ForkSide } from './scene.ts';

/** What a market owes, added up here from its entries, and what it says and holds. Lots and atoms. */
export interface Sums {
  readonly traders: number;
  /** Entries and pending withdrawals. */
  readonly baseLots: bigint;
  /** Entries, pending withdrawals and fees. */
  readonly quoteAtoms: bigint;
}

export function sumsOf({ header, traders }: Market): Sums {
  let [baseLots, quoteAtoms, count] = [0n, header.quoteFees as bigint, 0];
  for (const entry of traders) {
    baseLots += entry.baseLots + entry.pendingBaseLots;
    quoteAtoms += entry.quoteAtoms + entry.pendingQuoteAtoms;
    if (entry.status !== EntryStatus.Free) count += 1;
  }
  return { traders: count, baseLots, quoteAtoms };
}

/**
 * Adds a market's balances up again: per mint they are what the market says it owes, and its vaults hold that.
 * Money moves while settlement is paused, so what it owes may have changed since; that it is covered may not.
 */
export async function comparedSums(
  scene: ForkScene,
  side: ForkSide,
): Promise<{ readonly sums: Sums; readonly market: Market; readonly differences: readonly Difference[] }> {
  const { connection, rpcUrl } = scene.desk;
  const market = await marketAt(scene, side);
  const { header } = market;
  const sums = sumsOf(market);
  const found = new Differences();
  found.compare('base lots owed', sums.baseLots, header.baseLotsTotal);
  found.compare('quote atoms owed', sums.quoteAtoms, header.quoteAtomsTotal);
  await fromNode(rpcUrl, () => compareVaults({ connection }, market, found));
  return { sums, market, differences: found.list };
}
