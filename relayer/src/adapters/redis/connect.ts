import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { relayerError } from '../../errors.ts';
import { isPassing } from './ask.ts';

const CONNECT_TIMEOUT_MS = 5_000;
const RECONNECT_STEP_MS = 50;
const RECONNECT_MAX_MS = 1_000;
const BUSY_RETRY_MS = 250;

/**
 * patient: a command waits until Redis is back, for writes that may be repeated and for blocking reads.
 * impatient: a command fails at once while Redis is away.
 */
export type Temper = 'patient' | 'impatient';

/**
 * A connection that has answered once, and reconnects for ever after that. A Redis that is busy with a script or loads its data is there,
 * and waited for.
 * @throws LockstepError REDIS_UNREACHABLE
 */
export async function connectRedis(url: string, temper: Temper, logger: Logger): Promise<Redis> {
  let connected = false;
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    maxRetriesPerRequest: null,
    enableOfflineQueue: temper === 'patient',
    retryStrategy: (times) => (connected ? Math.min(times * RECONNECT_STEP_MS, RECONNECT_MAX_MS) : null),
  });
  let lastError: unknown;
  redis.on('error', (error) => {
    lastError = error;
    logger.warn({ err: error }, 'redis connection');
  });
  for (;;) {
    try {
      await redis.connect();
      connected = true;
      return redis;
    } catch (cause) {
      redis.disconnect();
      if (!isPassing(lastError)) {
        throw relayerError('REDIS_UNREACHABLE', `redis at ${withoutSecrets(url)} does not answer`, { cause });
      }
    }
    lastError = undefined;
    await sleep(BUSY_RETRY_MS);
  }
}

export function withoutSecrets(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}
