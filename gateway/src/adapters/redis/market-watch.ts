import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { engineKey, leaseKey } from '#feeder';
import { maintenanceChannel, readMaintenance } from '#relayer';
import type { Closed, ClosedPhase, FlushReport, MarketState } from '../../domain/market-state.ts';
import type { MarketWatch } from '../../ports.ts';
import { within } from '../within.ts';
import { gatewayKeys } from './keys.ts';

/**
 * Keeps since when the market has been closed, and how that ended: a gateway that is started afterwards tells it too.
 * KEYS closed, resumed · ARGV phase or '', ms to keep what ended · returns {since ms}, or {'', started ms, ended ms, phase}
 */
const REMEMBER = `
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
local since, phase = unpack(redis.call('HMGET', KEYS[1], 'since', 'phase'))
if ARGV[1] ~= '' then
  if phase ~= ARGV[1] then redis.call('HSET', KEYS[1], 'since', since or now, 'phase', ARGV[1]) end
  return { since or now }
end
if since then
  redis.call('HSET', KEYS[2], 'started', since, 'ended', now, 'phase', phase)
  redis.call('PEXPIRE', KEYS[2], ARGV[2])
  redis.call('DEL', KEYS[1])
end
local ended = redis.call('HMGET', KEYS[2], 'started', 'ended', 'phase')
return { '', ended[1] or '', ended[2] or '', ended[3] or '' }`;

export interface MarketWatchDeps {
  /** An impatient connection. */
  readonly redis: Redis;
  /** A connection of its own: it only listens. */
  readonly subscriber: Redis;
  readonly lane: string;
  readonly resumeNoticeMs: number;
  readonly logger: Logger;
}

/** A message that got lost costs at most this, and what a look takes. */
const LOOK_EVERY_MS = 500;
const TIMEOUT_MS = 2_000;

/** Looks twice a second, and at once when told that something changed. */
export function createMarketWatch(deps: MarketWatchDeps): MarketWatch {
  const { subscriber, lane, logger } = deps;
  const listeners = new Set<(state: MarketState) => void>();
  const stop = new AbortController();
  let state: MarketState = { kind: 'unknown' };
  let lookedAt = performance.now();
  let wake = () => {};

  const look = async (): Promise<MarketState> => {
    const found = await within(readState(deps), TIMEOUT_MS).catch((error: unknown): MarketState => {
      if (state.kind !== 'unknown') logger.warn({ err: error }, 'the market can not be seen');
      return { kind: 'unknown' };
    });
    lookedAt = performance.now();
    if (isDeepStrictEqual(found, state)) return state;
    if (found.kind !== state.kind)
      logger.info({ state: found.kind, phase: 'phase' in found ? found.phase : undefined }, 'market');
    state = found;
    for (const listener of listeners) listener(state);
    return state;
  };
  const run = async () => {
    while (!stop.signal.aborted) {
      const nudged = new Promise<void>((resolve) => {
        wake = resolve;
      });
      await look();
      await Promise.race([nudged, sleep(LOOK_EVERY_MS, undefined, { signal: stop.signal }).catch(() => undefined)]);
    }
  };
  // A subscription is only a hint: one that can not be made costs the wait between two looks.
  subscriber.on('message', () => wake());
  subscriber.subscribe(maintenanceChannel(lane)).catch((error: unknown) => logger.warn({ err: error }, 'subscription'));
  const running = run();
  return {
    state: () => state,
    lookNow: look,
    lookedAt: () => lookedAt,
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async close() {
      stop.abort();
      await running;
    },
  };
}

async function readState({ redis, lane, resumeNoticeMs }: MarketWatchDeps): Promise<MarketState> {
  const [{ maintenance, ignored, report }, mode, hasLease] = await Promise.all([
    readMaintenance(redis, lane),
    redis.hget(engineKey(lane), 'mode'),
    redis.exists(leaseKey(lane)),
  ]);
  const phase = maintenance?.phase ?? (ignored === undefined ? engineState(mode, hasLease === 1) : 'paused');
  const keys = gatewayKeys(lane);
  const said = await redis.eval(REMEMBER, 2, keys.closed, keys.resumed, phase ?? '', `${resumeNoticeMs}`);
  const [since = '', started = '', ended = '', lastPhase = ''] = (said as unknown[]).map(String);
  if (phase === undefined) {
    if (ended === '') return { kind: 'open' };
    return { kind: 'open', resumed: { startedMs: Number(started), endedMs: Number(ended), phase: lastPhase } };
  }
  const closed: Closed = { kind: 'closed', phase, reason: ignored ?? REASONS[phase] ?? '', startedMs: Number(since) };
  if (maintenance === undefined) return closed;
  const { id, reason, startedMs, deadlineMs } = maintenance;
  return {
    ...closed,
    ...{ id, reason, startedMs },
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
    ...(report === undefined || report.id !== id ? {} : { report: publicReport(report) }),
  };
}

const REASONS: Readonly<Partial<Record<ClosedPhase, string>>> = {
  paused: 'the engine is paused',
  silent: 'the engine does not answer',
};

function engineState(mode: string | null, hasLease: boolean): ClosedPhase | undefined {
  if (!hasLease) return 'silent';
  return mode === 'run' ? undefined : 'paused';
}

/** Numbers, codes and reasons; which trades are meant is the operator's. */
function publicReport({
  pending,
  held,
  blocked,
}: Readonly<{
  pending: object;
  held: number;
  blocked: readonly { readonly code: string; readonly reason: string }[];
}>): FlushReport {
  return { pending: { ...pending }, held, blocked: blocked.map(({ code, reason }) => ({ code, reason })) };
}
