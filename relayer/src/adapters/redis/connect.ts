import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { relayerError } from '../../errors.ts';

const CONNECT_TIMEOUT_MS = 5_000;
const RECONNECT_STEP_MS = 50;
const RECONNECT_MAX_MS = 1_000;

/**
 * patient: a command waits until Redis is back, for writes that may be repeated and for blocking reads.
 * impatient: a command fails at once while Redis is away.
 */
export type Temper = 'patient' | 'impatient';

/**
 * A connection that has answered once, and reconnects for ever after that.
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
  redis.on('error', (error) => logger.warn({ err: error }, 'redis connection'));
  try {
    await redis.connect();
    connected = true;
    return redis;
  } catch (cause) {
    redis.disconnect();
    throw relayerError('REDIS_UNREACHABLE', `redis at ${withoutSecrets(url)} does not answer`, { cause });
  }
}

/** Every form in which a message could quote the URL's password; ioredis also takes it from the query. */
export function passwordsOf(url: string): readonly string[] {
  const { password, searchParams } = new URL(url);
  return [password, decoded(password), searchParams.get('password') ?? ''].filter((text) => text !== '');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function withoutSecrets(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}
