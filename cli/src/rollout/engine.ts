import { randomUUID } from 'node:crypto';
import type { TradeId } from '#client';
import { tradeId } from '#client';
import { controlKey, engineKey, leaseKey } from '#feeder';
import { laneOf } from './site.ts';
import type { LanePlace, Place } from './step.ts';
import { siteError, waitFor } from './wait.ts';

/** The version of the control keys asked in. */
const CONTROL_VERSION = '1';

/** What an engine can be asked for, by the names of the fields. */
const KINDS = {
  emit: { field: 'emit', request: 'emit_request', refused: 'emit_refused' },
  replay: { field: 'replay_from', request: 'replay_request', refused: 'replay_refused' },
} as const;

/** What `engine:<market>` says of the engine that writes now. */
export interface EngineNow {
  readonly isAlive: boolean;
  readonly release: string | undefined;
  readonly emit: string | undefined;
  readonly spoken: readonly string[];
  readonly lastId: TradeId;
}

export async function engineNow({ redis, site }: Pick<LanePlace, 'redis' | 'site'>): Promise<EngineNow> {
  const lane = laneOf(site);
  const [alive, hash] = await Promise.all([redis.exists(leaseKey(lane)), redis.hgetall(engineKey(lane))]);
  return {
    isAlive: alive === 1,
    release: hash.release,
    emit: hash.emit,
    spoken: (hash.emit_spoken ?? '').split(',').filter((schema) => schema !== ''),
    lastId: tradeId(/^\d{1,19}$/.test(hash.last_id ?? '') ? (hash.last_id ?? '0') : 0),
  };
}

/**
 * Asks the engine for something and waits until it is done.
 * @throws LockstepError ENGINE_REFUSED, ENGINE_OVERTAKEN, ENGINE_SILENT
 */
export async function askEngine(place: Place, kind: keyof typeof KINDS, value: string): Promise<void> {
  const { redis, site } = place;
  const lane = laneOf(site);
  const names = KINDS[kind];
  const request = randomUUID();
  const wish = { v: CONTROL_VERSION, [names.field]: value, [names.request]: request };
  await redis.hset(controlKey(lane), wish);
  const wait = {
    timeoutMs: place.patience.answerMs,
    error: (why: string) =>
      siteError(
        'ENGINE_SILENT',
        `the engine has not answered: ${why}`,
        'See that the engine runs, then run the same command again.',
      ),
  };
  const refused = await waitFor(place, wait, async () => {
    const answer = await redis.hgetall(engineKey(lane));
    if (answer[names.request] === request) return { found: answer[names.refused] ?? '' };
    const wanted = await redis.hget(controlKey(lane), names.request);
    if (wanted === null) await redis.hset(controlKey(lane), wish);
    if (wanted !== null && wanted !== request) return { found: OVERTAKEN };
    return { missing: `${kind} ${value}, request ${request}` };
  });
  if (refused === OVERTAKEN) {
    throw siteError(
      'ENGINE_OVERTAKEN',
      `somebody else asked the engine for ${kind} meanwhile`,
      'Find out who, then run the same command again.',
    );
  }
  if (refused !== '') {
    throw siteError(
      'ENGINE_REFUSED',
      `the engine refused ${kind} ${value}: ${refused}`,
      'Follow its reason, then run the same command again.',
    );
  }
}

const OVERTAKEN = '\0overtaken';
