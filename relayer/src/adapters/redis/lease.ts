import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { relayerError } from '../../errors.ts';
import type { Clock } from '../../ports.ts';
import { askRedis } from './ask.ts';
import type { LaneKeys } from './keys.ts';
import { CLAIM, RELEASE, RENEW, runScript } from './scripts.ts';

/** The right to work on a lane. The chain's sequence is the last fence; this one keeps two relayers from trying. */
export interface Lease {
  /** Names this relayer; the journal's writes carry it. */
  readonly token: string;
  /** Waits until nobody else has the lane. @throws the signal's reason */
  claim(signal: AbortSignal): Promise<void>;
  /** Renews until aborted. @throws LockstepError LEASE_LOST */
  keep(signal: AbortSignal): Promise<void>;
  release(): Promise<void>;
}

export interface LeaseDeps {
  readonly redis: Redis;
  readonly keys: LaneKeys;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Milliseconds a silent relayer keeps the lane. */
  readonly leaseMs: number;
}

/** Renewed often enough that two lost answers do not lose the lane. */
const RENEWALS_PER_LEASE = 3;

export function createLease({ redis, keys, clock, logger, leaseMs }: LeaseDeps): Lease {
  const token = `${hostname()}:${process.pid}:${randomUUID()}`;
  const stepMs = Math.ceil(leaseMs / RENEWALS_PER_LEASE);
  const holder = (key: string) => askRedis(`read ${key}`, () => redis.get(key));
  return {
    token,
    async claim(signal) {
      let told = false;
      while (!(await runScript(redis, CLAIM, [keys.lease, keys.fence], [token, leaseMs]))) {
        if (!told) logger.info({ holder: await holder(keys.lease) }, 'another relayer has the lane, waiting');
        told = true;
        await clock.sleep(stepMs, signal);
      }
      signal.throwIfAborted();
    },
    async keep(signal) {
      for (;;) {
        await clock.sleep(stepMs, signal);
        if (!(await runScript(redis, RENEW, [keys.lease, keys.fence], [token, leaseMs]))) {
          throw relayerError('LEASE_LOST', `the lane was claimed by ${(await holder(keys.fence)) ?? 'nobody known'}`);
        }
      }
    },
    async release() {
      await runScript(redis, RELEASE, [keys.lease], [token]);
    },
  };
}
