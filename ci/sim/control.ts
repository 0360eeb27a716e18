import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { controlKey, engineKey } from '#feeder';
import type { Reason } from '#gate/can-ship';
import { pause } from '../../cli/src/pause.ts';
import { reason } from './reason.ts';

/** An engine looks at its control keys at least once a second. */
const ANSWER_MS = 20_000;
const POLL_MS = 50;

/** What the engine says of itself: the fields of docs/reference/engine.md. */
export const engineSaid = (redis: Redis, market: string): Promise<Record<string, string>> =>
  redis.hgetall(engineKey(market));

/**
 * Asks the engine and waits for its answer; a reason when it refuses or does not answer.
 * @throws the signal's reason
 */
export async function askEngine(
  redis: Redis,
  market: string,
  kind: 'mode' | 'emit' | 'replay',
  value: string,
  signal: AbortSignal,
): Promise<Reason | undefined> {
  const request = randomUUID();
  const wish = kind === 'replay' ? 'replay_from' : kind;
  await redis.hset(controlKey(market), { v: '1', [wish]: value, [`${kind}_request`]: request });
  for (const deadline = performance.now() + ANSWER_MS; performance.now() < deadline; ) {
    const said = await engineSaid(redis, market);
    if (said[`${kind}_request`] === request) {
      const refused = said[`${kind}_refused`] ?? '';
      return refused === '' ? undefined : unanswered(wish, value, `refused it: ${refused}`);
    }
    await pause(POLL_MS, signal);
  }
  return unanswered(wish, value, `did not answer within ${ANSWER_MS / 1_000} s`);
}

const unanswered = (wish: string, value: string, what: string): Reason =>
  reason('ENGINE_DISOBEYED', `asked for ${wish} ${value} the engine ${what}`, 'docs/reference/engine.md, "Control".');
