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
  /**
   * Waits until nobody else has the lane and this relayer may; answers whose it was last, if Redis knows.
   * @throws the signal's reason
   */
  claim(signal: AbortSignal, mayClaim?: () => boolean): Promise<string | undefined>;
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
const MIN_WAIT_MS = 10;

export function createLease({ redis, keys, clock, logger, leaseMs }: LeaseDeps): Lease {
  const token = `${hostname()}:${process.pid}:${randomUUID()}`;
  const stepMs = Math.ceil(leaseMs / RENEWALS_PER_LEASE);
  const holder = (key: string) => askRedis(`read ${key}`, () => redis.get(key));
  /** Of the lease another one has; it may be renewed until then. A dead relayer's is claimed the moment it runs out. */
  const leftMs = async () => Math.max(MIN_WAIT_MS, await askRedis(`read ${keys.lease}`, () => redis.pttl(keys.lease)));
  const claimOnce = async () => {
    const claim = () => redis.eval(CLAIM, 2, keys.lease, keys.fence, token, leaseMs);
    const [claimed, before] = (await askRedis('write', claim)) as [number, string];
    return [claimed === 1, before] as const;
  };
  return {
    token,
    async claim(signal, mayClaim = () => true) {
      let told = false;
      for (;;) {
        if (!mayClaim()) {
          await clock.sleep(stepMs, signal);
          continue;
        }
        const [isClaimed, before] = await claimOnce();
        signal.throwIfAborted();
        if (isClaimed) return before === '' ? undefined : before;
        if (!told) logger.info({ holder: await holder(keys.lease) }, 'another relayer has the lane, waiting');
        told = true;
        await clock.sleep(Math.min(stepMs, await leftMs()), signal);
      }
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
