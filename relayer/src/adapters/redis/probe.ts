import type { Redis } from 'ioredis';
import type { LaneKeys } from './keys.ts';

/** Nobody reads it; it is gone soon after the last probe. */
const KEPT_MS = 60_000;

/** Writes as the relayer does, beside the lane: whoever probes need not have it. @throws when Redis is away or refuses */
export async function probeRedis(impatient: Redis, keys: LaneKeys): Promise<void> {
  await impatient.set(keys.probe, new Date().toISOString(), 'PX', KEPT_MS);
}
