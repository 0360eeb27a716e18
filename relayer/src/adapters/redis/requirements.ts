import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { relayerError } from '../../errors.ts';
import { askRedis } from './ask.ts';

/**
 * Refuses a Redis that may throw rows away, and warns about one that forgets them in a crash.
 * @throws LockstepError REDIS_EVICTS, with the command that corrects it
 */
export async function requireDurable(redis: Redis, logger: Logger): Promise<void> {
  const { host = '127.0.0.1', port = 6379 } = redis.options;
  const cli = `redis-cli -h ${host} -p ${port}`;
  const info = (section: string) => askRedis(`tell its ${section}`, () => redis.info(section));
  const policy = field(await info('memory'), 'maxmemory_policy');
  if (policy !== 'noeviction') {
    const fix = `${cli} CONFIG SET maxmemory-policy noeviction`;
    throw relayerError('REDIS_EVICTS', `redis has maxmemory-policy ${policy ?? 'unknown'}; run: ${fix}`);
  }
  if (field(await info('persistence'), 'aof_enabled') !== '1') {
    const fix = `${cli} CONFIG SET appendonly yes`;
    logger.warn({ fix }, 'redis is not append-only: a crash forgets what was signed, and recovery waits for a replay');
  }
}

/** INFO rather than CONFIG GET: managed services forbid the latter. */
function field(info: string, name: string): string | undefined {
  const line = info.split(/\r?\n/).find((candidate) => candidate.startsWith(`${name}:`));
  return line?.slice(name.length + 1);
}
