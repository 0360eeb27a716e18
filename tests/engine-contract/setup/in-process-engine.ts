import { Redis } from 'ioredis';
import {
  createJournal,
  flowInput,
  inputSource,
  instrumentOf,
  openControl,
  openPublisher,
  runEngine,
  withJournal,
} from '#feeder';
import type { EnginePlace, RunningEngine, StartEngine } from './start-engine.ts';

const TERMS = { traders: 8, takerBps: 10 };
const INSTRUMENT = instrumentOf({ digits: 1n, scale: 2 }, { digits: 1n, scale: 4 });

/** The feeder, called as a library. Killing it cuts its connection: whatever it was about to write never arrives. */
export const inProcessEngine: StartEngine = (place): RunningEngine => {
  const stop = new AbortController();
  const redis = new Redis(place.redisUrl, { maxRetriesPerRequest: null });
  redis.on('error', () => {});
  const ended = run(place, redis, stop.signal)
    .then(() => '', String)
    .finally(() => redis.disconnect());
  return {
    ended,
    async stop() {
      stop.abort(new Error('stop'));
      await ended;
    },
    async kill() {
      redis.disconnect();
      await ended;
    },
  };
};

async function run({ market, count, rate, journal }: EnginePlace, redis: Redis, signal: AbortSignal): Promise<void> {
  const input = flowInput(INSTRUMENT, { traders: TERMS.traders, seed: market, count });
  const control = openControl(redis, market);
  const publisher = await openPublisher(redis, market, control.token);
  const source = withJournal(inputSource(input, TERMS), createJournal(journal, market));
  await runEngine({ source, publisher, control, signal, rate });
}
