import { setTimeout as sleep } from 'node:timers/promises';
import { trade } from '../relayer/src/testing/trades.ts';
import type { World } from '../tests/relayer/venue.ts';
import { TRADERS } from '../tests/relayer/venue.ts';

const TRADES_PER_STEP = 2;

/** An engine that never pauses, with two trades each `stepMs`. Answers how to end it. */
export function keepTrading(world: World, stepMs: number): () => Promise<void> {
  const stop = new AbortController();
  const trading = (async () => {
    for (let id = 1; !stop.signal.aborted; id += TRADES_PER_STEP) {
      const next = Array.from({ length: TRADES_PER_STEP }, (_, at) => id + at);
      await world.publish(next.map((one) => trade(one, { buyer: one % TRADERS, seller: (one + 1) % TRADERS })));
      await sleep(stepMs);
    }
  })();
  return async () => {
    stop.abort();
    await trading;
  };
}
