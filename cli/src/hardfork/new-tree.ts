import { StateTreeV2 } from '#client';
import type { Lane, LaneRecord } from '../lane-history.ts';
import { recordsOf, signaturePages, transactionOf } from '../lane-history.ts';
import { leafOf } from '../lane-tree.ts';
import { pause } from '../pause.ts';
import type { FlightTree } from '../ping/flight.ts';

/** How a tree of version 2 began, at a market that has stood still since. */
export interface Begun {
  /** Of the tree before. */
  readonly root: Uint8Array;
  readonly nextSequence: bigint;
}

/** A node tells of a transaction a moment after it shows what it did. */
const ATTEMPTS = 20;
const RETRY_MS = 250;

/**
 * The tree that began with this root, of its first so many leaves, from the market's newest transactions alone. Smaller when the node,
 * asked for five seconds, tells of no more.
 */
export async function readNewTree(
  lane: Lane,
  { root, nextSequence }: Begun,
  leafCount: bigint,
  signal: AbortSignal,
): Promise<FlightTree> {
  for (let attempt = 1; ; attempt += 1) {
    const tree = new StateTreeV2(root);
    const records = (await sinceTurn(lane, signal)).slice(0, Number(leafCount) - tree.size);
    for (const record of records) tree.append(leafOf(lane, record, nextSequence));
    if (BigInt(tree.size) >= leafCount || attempt === ATTEMPTS) return { tree, leaves: [undefined, ...records] };
    await pause(RETRY_MS, signal);
  }
}

/** What moved the market since its tree began, oldest first. */
async function sinceTurn(lane: Lane, signal: AbortSignal): Promise<readonly LaneRecord[]> {
  const newestFirst: LaneRecord[] = [];
  for await (const page of signaturePages(lane, { signal })) {
    for (const signature of page) {
      for (const record of recordsOf(lane, await transactionOf(lane.connection, signature)).toReversed()) {
        if (record.kind === 'migrated' || record.kind === 'imported') return newestFirst.toReversed();
        if (record.kind !== 'reverted') newestFirst.push(record);
      }
    }
  }
  return newestFirst.toReversed();
}
