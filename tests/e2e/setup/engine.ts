import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { TradeV1 } from '#client';
import { controlKey, engineKey, openControl, openPublisher, runEngine } from '#feeder';

export type Rate = number | 'max';

/** A wish that Redis forgot is made again after so many looks. */
const LOOKS = 100;
const LOOK_MS = 10;

interface Running {
  /** Settles when every trade has been written once. */
  readonly written: Promise<void>;
  throwIfEnded(): void;
  stop(): Promise<void>;
}

/** The engine of a scene: the feeder as a library, restarted with a longer input whenever there are new trades. */
export class SceneEngine {
  readonly #redis: Redis;
  readonly #market: string;
  #trades: readonly TradeV1[] = [];
  #running: Running | undefined;

  constructor(redis: Redis, market: string) {
    this.#redis = redis;
    this.#market = market;
  }

  /** Everything it was given, in order. */
  get trades(): readonly TradeV1[] {
    return this.#trades;
  }

  /** Goes on with these; returns when they are written. Ids must continue. */
  async publish(trades: readonly TradeV1[], rate: Rate = 'max'): Promise<void> {
    await this.begin(trades, rate);
    await this.#running?.written;
  }

  /** Goes on with these in the background. */
  async begin(trades: readonly TradeV1[], rate: Rate): Promise<void> {
    await this.stop();
    this.#trades = [...this.#trades, ...trades];
    this.#running = this.#start(this.#trades, rate);
  }

  /** Returns when all it was given is written. */
  async written(): Promise<void> {
    await this.#running?.written;
  }

  /** Asks it to pause, as an operator would; answers its acknowledged last id: no trade above it exists until `run`. */
  pause(): Promise<number> {
    return this.#ask('pause');
  }

  run(): Promise<number> {
    return this.#ask('run');
  }

  async #ask(mode: string): Promise<number> {
    for (;;) {
      const request = randomUUID();
      await this.#redis.hset(controlKey(this.#market), { v: '1', mode, mode_request: request });
      for (let look = 0; look < LOOKS; look += 1) {
        this.#running?.throwIfEnded();
        const answer = await this.#redis.hgetall(engineKey(this.#market));
        if (answer.mode_request === request) return Number(answer.last_id);
        await sleep(LOOK_MS);
      }
    }
  }

  /** @throws what the engine ended with */
  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.stop();
  }

  /** Ends it although Redis may be gone; whatever it ended with is no news any more. */
  async end(): Promise<void> {
    const stopped = this.stop().catch(() => {});
    this.#redis.disconnect();
    await stopped;
  }

  #start(trades: readonly TradeV1[], rate: Rate): Running {
    const stop = new AbortController();
    let wrote = () => {};
    const exhausted = new Promise<void>((resolve) => {
      wrote = resolve;
    });
    const ended = this.#run(trades, rate, stop.signal, () => wrote());
    let failure: { readonly error: unknown } | undefined;
    ended.catch((error: unknown) => {
      failure = { error };
    });
    return {
      throwIfEnded() {
        if (failure !== undefined) throw failure.error;
      },
      written: Promise.race([exhausted, ended]),
      stop: async () => {
        stop.abort(new Error('stop'));
        await ended;
      },
    };
  }

  async #run(trades: readonly TradeV1[], rate: Rate, signal: AbortSignal, onExhausted: () => void): Promise<void> {
    const control = openControl(this.#redis, this.#market);
    const publisher = await openPublisher(this.#redis, this.#market, control.token);
    const source = {
      origin: 'the scene',
      trades: async function* () {
        yield* trades;
      },
    };
    await runEngine({ source, publisher, control, signal, rate, onExhausted });
  }
}
