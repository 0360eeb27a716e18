import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { orderId } from '../../support/orders.ts';
import type { EnginePlace } from './start-engine.ts';

/** How often a producer with a rate writes. */
const STEP_MS = 20;
/** Trades a second at most: an order costs whoever writes it as much as the engine, and both work on one machine. */
const MOST_A_SECOND = 300;

/** Appends orders to a market for as long as an engine of it is up: a sale, and so many purchases of a part of it. */
class OrderProducer {
  readonly #place: EnginePlace;
  readonly #redis: Redis;
  readonly #timer: NodeJS.Timeout;
  readonly #begun = performance.now();
  #written = 0;
  /** By number where there are so many and no more: a producer that is begun again repeats itself. */
  #orders = 0;
  #writing = false;

  constructor(place: EnginePlace) {
    this.#place = place;
    this.#redis = new Redis(place.redisUrl);
    this.#redis.on('error', () => {});
    this.#timer = setInterval(() => void this.#write(), STEP_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#redis.disconnect();
  }

  async #write(): Promise<void> {
    const { count, rate } = this.#place;
    const due = rate === 'max' ? count : ((performance.now() - this.#begun) * Math.min(rate, MOST_A_SECOND)) / 1_000;
    const trades = Math.min(count, Math.floor(due)) - this.#written;
    if (this.#writing || trades <= 0) return;
    this.#writing = true;
    const pipeline = this.#redis.pipeline();
    this.#append(pipeline, { trader: '1', side: 'sell', type: 'limit', quantity: `${trades}` });
    for (let at = 0; at < trades; at += 1) {
      this.#append(pipeline, { trader: '2', side: 'buy', type: 'ioc', quantity: '1' });
    }
    this.#written += trades;
    await pipeline.exec().catch(() => undefined);
    this.#writing = false;
  }

  #append(pipeline: ReturnType<Redis['pipeline']>, order: Readonly<Record<string, string>>): void {
    this.#orders += 1;
    const id = this.#place.rate === 'max' ? orderId(this.#orders) : randomUUID();
    const text = JSON.stringify({ order: id, ...order, price: '100' });
    pipeline.xadd(`orders:${this.#place.market}`, 'MAXLEN', '~', 100_000, '*', 'v', '1', 'o', text);
  }
}

const producers = new Map<string, { readonly producer: OrderProducer; engines: number }>();

/** One producer a market, however many engines of it there are. */
export function produceFor(place: EnginePlace, ended: Promise<unknown>): void {
  const key = `${place.redisUrl} ${place.market}`;
  const known = producers.get(key) ?? { producer: new OrderProducer(place), engines: 0 };
  producers.set(key, known);
  known.engines += 1;
  void ended.then(() => {
    known.engines -= 1;
    if (known.engines > 0) return;
    known.producer.stop();
    producers.delete(key);
  });
}
