import { requireRedisServer } from '../../redis-install.ts';
import { privateRedis } from '../parts/redis.ts';
import { givenRedis } from './given-redis.ts';
import type { RedisPlace, RunBase } from './place.ts';

/** The Redis that was named, or a private one. @throws InputError REDIS_*; LockstepError REDIS_START_FAILED */
export async function redisPlace(url: string | undefined, base: RunBase): Promise<RedisPlace> {
  if (url !== undefined) return givenRedis(url, base);
  const redis = await privateRedis({ ...base, command: await requireRedisServer(base.say, base.signal) });
  // Its data goes away as a whole.
  return { ...redis, command: `redis-cli -u ${redis.url}`, tidyAfter: () => undefined };
}
