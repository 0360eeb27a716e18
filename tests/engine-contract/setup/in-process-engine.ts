import { Redis } from 'ioredis';
import type { EngineSource } from '#feeder';
import {
  createJournal,
  createOrderJournal,
  flowInput,
  inputSource,
  instrumentOf,
  OrderDesk,
  openControl,
  openOrderStream,
  openPublisher,
  orderSource,
  runEngine,
  withJournal,
} from '#feeder';
import { produceFor } from './order-producer.ts';
import type { EnginePlace, RunningEngine, StartEngine } from './start-engine.ts';

const TERMS = { traders: 8, takerBps: 10 };
const INSTRUMENT = instrumentOf({ digits: 1n, scale: 2 }, { digits: 1n, scale: 4 });

/** Where its trades come from; the rate is the engine's or whoever feeds it. */
interface Fed {
  readonly source: EngineSource;
  readonly rate: EnginePlace['rate'];
}

/** The feeder, called as a library. Killing it cuts its connection: whatever it was about to write never arrives. */
const inProcess =
  (fedBy: (place: EnginePlace, redis: Redis, token: string) => Fed) =>
  (place: EnginePlace): RunningEngine => {
    const stop = new AbortController();
    const redis = new Redis(place.redisUrl, { maxRetriesPerRequest: null });
    redis.on('error', () => {});
    const run = async () => {
      const control = openControl(redis, place.market);
      const publisher = await openPublisher(redis, place.market, control.token);
      const { source, rate } = fedBy(place, redis, control.token);
      const remembering = withJournal(source, createJournal(place.journal, place.market));
      await runEngine({ source: remembering, publisher, control, signal: stop.signal, rate });
    };
    const ended = run()
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

export const inProcessEngine: StartEngine = inProcess(({ market, count, rate }) => ({
  source: inputSource(flowInput(INSTRUMENT, { traders: TERMS.traders, seed: market, count }), TERMS),
  rate,
}));

const inProcessOrders = inProcess(({ market, journal: file }, redis, token) => {
  const journal = createOrderJournal(`${file}.orders`, market);
  const stream = openOrderStream(redis, { market, token }, () => {});
  return { source: orderSource(new OrderDesk({ journal, stream, ...TERMS }), journal), rate: 'max' };
});

/** The same with orders for a source, which somebody writes at the rate wanted. */
export const inProcessOrderEngine: StartEngine = (place) => {
  const engine = inProcessOrders(place);
  produceFor(place, engine.ended);
  return engine;
};
