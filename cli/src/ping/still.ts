import { LockstepError } from '#client';
import { connectRedis, createLogger, isQuiet, readMaintenance } from '#relayer';
import { Journal } from '../rollout/journal.ts';
import { requireNoFork } from '../rollout/open-fork.ts';
import type { Site } from '../rollout/site.ts';
import { laneOf } from '../rollout/site.ts';

/**
 * A batch takes the sequence that the relayer would sign next: only while the relayer holds still is it nobody's. In a hard fork nobody may take
 * it, either: a migrated tree is taken back only while `next_sequence` stands where it stood.
 * @throws LockstepError LANE_NOT_STILL, HARDFORK_UNFINISHED, REDIS_UNREACHABLE, REDIS_REFUSED
 */
export async function requireStill(site: Site): Promise<void> {
  requireNoFork(await new Journal(site.folder).newest());
  const redis = await connectRedis(site.redis, 'impatient', createLogger('silent'));
  try {
    const { maintenance } = await readMaintenance(redis, laneOf(site));
    if (isQuiet(maintenance)) return;
    const state = maintenance === undefined ? 'is live' : `is ${maintenance.phase}`;
    throw new LockstepError(
      'LANE_NOT_STILL',
      `the lane ${state}, and a batch of somebody else takes the sequence its relayer would sign next`,
      'Leave --batch out, or have the lane stand still first: `lockstep maintenance start --wait --reason TEXT --site FILE`. Nothing was sent.',
    );
  } finally {
    redis.disconnect();
  }
}
