import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { TradeV1, TradeV2 } from '#client';
import { asV2 } from '#client';
import type { Schema } from '#feeder';
import {
  controlKey,
  createJournal,
  engineKey,
  openControl,
  openPublisher,
  runEngine,
  SCHEMA_V1,
  SCHEMA_V2,
  withJournal,
} from '#feeder';
import { parseLine } from '../../../feeder/src/journal/line.ts';
import { SchemaHistory } from '../../../feeder/src/journal/schemas.ts';

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
  readonly #journalFile: string;
  #trades: readonly (TradeV1 | TradeV2)[] = [];
  #schema: Schema = SCHEMA_V1;
  #running: Running | undefined;

  constructor(redis: Redis, market: string, journalFile: string) {
    this.#redis = redis;
    this.#market = market;
    this.#journalFile = journalFile;
  }

  /** Everything it was given, in order. */
  get trades(): readonly (TradeV1 | TradeV2)[] {
    return this.#trades;
  }

  /** The same as far as this id, each as the schema says it that the journal has for it. */
  emitted(last: number = this.#trades.length): (TradeV1 | TradeV2)[] {
    const schemas = new SchemaHistory();
    const [, ...lines] = readFileSync(this.#journalFile, 'utf8').trimEnd().split('\n');
    for (const text of lines) {
      const line = parseLine(this.#journalFile, text);
      if ('change' in line) schemas.add(line.change);
    }
    return this.#trades
      .slice(0, last)
      .map((trade) => (schemas.at(trade.tradeId) === SCHEMA_V1 ? v1FormOf(trade) : trade));
  }

  /** Goes on with these; returns when they are written. Ids must continue. */
  async publish(trades: readonly (TradeV1 | TradeV2)[], rate: Rate = 'max'): Promise<void> {
    await this.begin(trades, rate);
    await this.#running?.written;
  }

  /** Goes on with these in the background. */
  async begin(trades: readonly (TradeV1 | TradeV2)[], rate: Rate): Promise<void> {
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
    return this.#ask('mode', 'pause');
  }

  run(): Promise<number> {
    return this.#ask('mode', 'run');
  }

  /** Asks for the other schema, and returns when it is in effect. */
  async switchSchema(): Promise<void> {
    this.#schema = this.#schema === SCHEMA_V1 ? SCHEMA_V2 : SCHEMA_V1;
    await this.#ask('emit', this.#schema);
  }

  async #ask(kind: 'mode' | 'emit', wanted: string): Promise<number> {
    for (;;) {
      const request = randomUUID();
      await this.#redis.hset(controlKey(this.#market), { v: '1', [kind]: wanted, [`${kind}_request`]: request });
      for (let look = 0; look < LOOKS; look += 1) {
        this.#running?.throwIfEnded();
        const answer = await this.#redis.hgetall(engineKey(this.#market));
        if (answer[`${kind}_request`] === request) return accepted(answer, kind);
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

  #start(trades: readonly (TradeV1 | TradeV2)[], rate: Rate): Running {
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

  async #run(
    trades: readonly (TradeV1 | TradeV2)[],
    rate: Rate,
    signal: AbortSignal,
    onExhausted: () => void,
  ): Promise<void> {
    const control = openControl(this.#redis, this.#market);
    const publisher = await openPublisher(this.#redis, this.#market, control.token);
    const given = {
      origin: 'the scene',
      trades: async function* () {
        yield* trades;
      },
    };
    const source = withJournal(given, createJournal(this.#journalFile, this.#market));
    await runEngine({ source, publisher, control, signal, rate, onExhausted });
  }
}

function accepted(answer: Readonly<Record<string, string>>, kind: string): number {
  assert.equal(answer[`${kind}_refused`], '');
  return Number(answer.last_id);
}

function v1FormOf(trade: TradeV1 | TradeV2): TradeV1 {
  const { orderType: _orderType, feeTier: _feeTier, ...plain } = asV2(trade);
  return plain;
}
