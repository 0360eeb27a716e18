import { connectRedis, createLogger, readLaneState } from '#relayer';
import type { EngineNow } from '../rollout/engine.ts';
import { engineNow } from '../rollout/engine.ts';
import { laneOf } from '../rollout/site.ts';
import type { LanePlace } from '../rollout/step.ts';
import type { InTheWay } from '../rollout/stream.ts';
import { inTheWay } from '../rollout/stream.ts';

/** What Redis says of a market: its engine, what waits for the chain, and what an operator asks of the lane. */
export interface StreamStatus {
  readonly engine: EngineNow;
  readonly unsettled: InTheWay;
  /** The highest batch version an operator lets the lane write; undefined when nobody limits it. */
  readonly maxVersion: number | undefined;
}

/** @throws LockstepError REDIS_UNREACHABLE, REDIS_REFUSED */
export async function readStream(url: string, place: Omit<LanePlace, 'redis'>): Promise<StreamStatus> {
  const redis = await connectRedis(url, 'impatient', createLogger('silent'));
  try {
    const lane = { ...place, redis };
    const { inEffect } = await readLaneState(redis, laneOf(place.site));
    return {
      engine: await engineNow(lane),
      unsettled: await inTheWay(lane, 'confirmed'),
      maxVersion: inEffect?.control?.maxVersion,
    };
  } finally {
    redis.disconnect();
  }
}
