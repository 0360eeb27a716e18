import type { PublicKey } from '@solana/web3.js';
import { Redis } from 'ioredis';
import { LockstepError } from '#client';
import { InputError } from '#feeder';
import { withoutSecrets } from '../../rpc.ts';
import type { RedisPlace, RunBase } from './place.ts';

const CONNECT_TIMEOUT_MS = 5_000;
/** Keys looked at in one call. */
const SCAN_COUNT = 1_000;
const LOGIN_REFUSED = /^(NOAUTH|WRONGPASS|ERR .*\b(AUTH|password))/i;

/**
 * A Redis of the operator's: checked, left running, and rid of the run's own keys at the end. Nothing else in it is touched.
 * @throws LockstepError REDIS_UNREACHABLE, REDIS_REFUSED, InputError REDIS_TOO_OLD, REDIS_EVICTS
 */
export async function givenRedis(url: string, { cleanup, say }: RunBase): Promise<RedisPlace> {
  const shown = withoutSecrets(url);
  const redis = await connected(url, shown);
  try {
    await requireFit(redis, shown);
  } finally {
    redis.disconnect();
  }
  return {
    url,
    description: shown,
    command: `redis-cli -u ${shown}`,
    tidyAfter(market) {
      cleanup.add(() =>
        removeKeys(url, shown, market).catch((error: unknown) => {
          const why = error instanceof Error ? error.message : String(error);
          say(`the keys of market ${market} are still in redis at ${shown}: ${why}`);
        }),
      );
    },
  };
}

async function connected(url: string, shown: string): Promise<Redis> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    maxRetriesPerRequest: 1,
    retryStrategy: () => null,
  });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    await redis.ping();
    return redis;
  } catch (cause) {
    redis.disconnect();
    if (cause instanceof Error && cause.name === 'ReplyError' && !LOGIN_REFUSED.test(cause.message))
      throw refusing(shown, cause);
    throw new LockstepError(
      'REDIS_UNREACHABLE',
      `redis at ${shown} does not answer, or refuses the user or password of the URL`,
      'Start it, or correct --redis or LOCKSTEP_REDIS_URL; without them a private redis is started.',
      { cause },
    );
  }
}

/** It answers, and does not do what it is asked: one that cannot write its files refuses even a PING. */
const refusing = (shown: string, cause: Error): LockstepError =>
  new LockstepError(
    'REDIS_REFUSED',
    `redis at ${shown} refuses: ${cause.message}`,
    'Correct what it says, for example a full disk, or give no --redis: then a private redis is started.',
    { cause },
  );

/** What the relayer would refuse later is said now. */
async function requireFit(redis: Redis, shown: string): Promise<void> {
  const version = fieldOf(await redis.info('server'), 'redis_version') ?? 'unknown';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (!(major > 6 || (major === 6 && minor >= 2))) {
    throw new InputError(
      'REDIS_TOO_OLD',
      `redis at ${shown} is version ${version}; 6.2 or newer is needed`,
      'Give a newer one, or none: then a private redis is started.',
    );
  }
  const policy = fieldOf(await redis.info('memory'), 'maxmemory_policy');
  if (policy !== 'noeviction') {
    throw new InputError(
      'REDIS_EVICTS',
      `redis at ${shown} has maxmemory-policy ${policy ?? 'unknown'}; run: redis-cli -u ${shown} CONFIG SET maxmemory-policy noeviction`,
      'An evicted key is a forgotten signature: make the setting permanent, or give no --redis.',
    );
  }
}

/** INFO rather than CONFIG GET: managed services forbid the latter. */
const fieldOf = (info: string, name: string): string | undefined =>
  new RegExp(`^${name}:(.*?)\r?$`, 'm').exec(info)?.[1];

/** Everything that names the market: its stream and control keys, the relayer's journal and queue. */
async function removeKeys(url: string, shown: string, market: PublicKey): Promise<void> {
  const redis = await connected(url, shown);
  try {
    for await (const keys of redis.scanStream({ match: `*${market.toBase58()}*`, count: SCAN_COUNT })) {
      const names = keys as string[];
      if (names.length > 0) await redis.unlink(...names);
    }
  } finally {
    redis.disconnect();
  }
}
