import type { Market } from '#client';
import { readMarket } from '#client';
import type { LaneTree } from '../lane-tree.ts';
import { readLaneTree, treePoint } from '../lane-tree.ts';
import type { Venue } from './venue.ts';

export interface SettledHistory {
  readonly history: LaneTree;
  readonly market: Market;
}

/**
 * The market and the history of exactly the leaves it has. When the node does not tell of all of them, what it tells of is answered:
 * the verification says what is missing.
 * @throws LockstepError HISTORY_INCOMPLETE; the signal's reason
 */
export async function settledHistory(venue: Venue, signal: AbortSignal): Promise<SettledHistory> {
  const { value: market } = await readMarket(venue.connection, venue.market, 'confirmed');
  return { history: await readLaneTree(venue, treePoint(market.header), signal), market };
}
