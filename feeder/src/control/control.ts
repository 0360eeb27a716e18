import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { LockstepError, releaseVersion } from '#client';
import { luaScript } from '../script.ts';
import { controlKey, engineKey, leaseKey } from '../stream/keys.ts';
import { refusalOf } from '../stream/pen.ts';
import type { EngineStatus } from './status.ts';
import { continuedStatus, encodeStatus } from './status.ts';
import type { Wishes } from './wishes.ts';
import { readWishes, WISH_FIELDS } from './wishes.ts';

const claimScript = luaScript(new URL('claim.lua', import.meta.url));
const reportScript = luaScript(new URL('report.lua', import.meta.url));
const releaseScript = luaScript(new URL('release.lua', import.meta.url));

/** A silent engine keeps its market this long: three reports may get lost. */
const LEASE_MS = 3_000;
/** How often a starting engine looks whether the one before is alive. */
const CLAIM_STEP_MS = 50;

/** An engine's side of the control keys, and its right to write the market. */
export interface Control {
  /** Names this engine; every write carries it. */
  readonly token: string;
  /**
   * Becomes the engine that may write, waiting for the lease of one that died to run out.
   * @throws LockstepError ENGINE_RUNNING when another is alive; the signal's reason
   */
  claim(signal: AbortSignal): Promise<void>;
  /** What the engine before said, continued from `fresh`. */
  previous(fresh: EngineStatus): Promise<EngineStatus>;
  /** What is wanted now; never throws for what somebody wrote there. */
  wishes(): Promise<Wishes>;
  /** Says what is in effect, and that this engine is alive. @throws LockstepError PUBLISH_CONFLICT, PUBLISH_LOST */
  report(status: EngineStatus): Promise<void>;
  /** The hash a report would write, for a script that writes it together with something else. */
  encode(status: EngineStatus): string[];
  release(): Promise<void>;
}

/** @param now milliseconds since 1970 */
export function openControl(redis: Redis, market: string, now: () => number = Date.now): Control {
  const token = `${hostname()}:${process.pid}:${randomUUID()}`;
  const keys = [leaseKey(market), engineKey(market)];
  const speaker = { owner: token, release: releaseVersion() };
  const encode = (status: EngineStatus) => encodeStatus(status, speaker, now());
  return {
    token,
    async claim(signal) {
      let before: Lease | undefined;
      for (;;) {
        signal.throwIfAborted();
        const [what, found] = await claimScript(redis, keys, [token, LEASE_MS]);
        if (what === 'claimed') return;
        const lease = parseLease(found);
        if (isAlive(lease, before)) throw running(market, lease);
        before = lease;
        await sleep(CLAIM_STEP_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
      }
    },
    async previous(fresh) {
      return continuedStatus(await redis.hgetall(engineKey(market)), fresh);
    },
    async wishes() {
      try {
        const values = await redis.hmget(controlKey(market), ...WISH_FIELDS);
        return readWishes(Object.fromEntries(WISH_FIELDS.map((name, at) => [name, values[at]])));
      } catch (error) {
        if (!(error instanceof Error) || !error.message.startsWith('WRONGTYPE')) throw error;
        return { ignored: `${controlKey(market)} is not a hash` };
      }
    },
    async report(status) {
      const answer = await reportScript(redis, keys, [token, LEASE_MS, ...encode(status)]);
      if (answer[0] !== 'reported') throw refusalOf(answer, { market, token }, '');
    },
    encode,
    async release() {
      await releaseScript(redis, [leaseKey(market)], [token]);
    },
  };
}

interface Lease {
  readonly holder: string;
  /** Negative: it never ends. */
  readonly leftMs: number;
}

function parseLease(text: string): Lease {
  const at = text.lastIndexOf(' ');
  return { holder: text.slice(0, at), leftMs: Number(text.slice(at + 1)) };
}

/** A lease only runs down unless its holder renews it. */
const isAlive = (lease: Lease, before: Lease | undefined): boolean =>
  lease.leftMs < 0 || (before !== undefined && (lease.holder !== before.holder || lease.leftMs > before.leftMs));

const running = (market: string, { holder, leftMs }: Lease): LockstepError =>
  new LockstepError(
    'ENGINE_RUNNING',
    `${market}: another engine is writing it (${holder})`,
    leftMs < 0
      ? `Its lease has no end, so no engine wrote it: redis-cli DEL ${leaseKey(market)}`
      : 'Stop that one first; a market has one engine at a time.',
  );
