import { after } from 'node:test';
import { Redis } from 'ioredis';
import pino from 'pino';
import type { PrivateRedis } from '../../cli/src/redis-server.ts';
import { startPrivateRedis } from '../../cli/src/redis-server.ts';

export const silent = pino({ level: 'silent' });

/** A redis-server of the test file's own, gone when the file's tests have run. */
export async function redisForThisFile(): Promise<PrivateRedis> {
  const server = await startPrivateRedis();
  after(() => server.stop());
  return server;
}

/** A connection that ends with the test file. */
export function connection(url: string, options: { readonly enableOfflineQueue?: boolean } = {}): Redis {
  const redis = new Redis(url, { maxRetriesPerRequest: null, ...options });
  redis.on('error', () => {});
  after(() => redis.disconnect());
  return redis;
}

/** A market address no other test uses. */
export function freshMarket(): string {
  markets += 1;
  return `market-${markets}`;
}
let markets = 0;
