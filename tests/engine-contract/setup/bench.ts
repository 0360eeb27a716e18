import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { Redis } from 'ioredis';
import type { PrivateRedis } from '../../../cli/src/redis-server.ts';
import { startPrivateRedis } from '../../../cli/src/redis-server.ts';
import { Probe } from './probe.ts';
import type { EnginePlace, RunningEngine, StartEngine } from './start-engine.ts';

export type Load = Pick<EnginePlace, 'count' | 'rate'>;

/** Slow enough to be met at work, and never at its end. */
export const AT_WORK: Load = { count: 1_000_000, rate: 2_000 };
/** Slow enough that each write is one trade. */
export const ONE_BY_ONE: Load = { count: 1_000_000, rate: 20 };
/** Several writes' worth, all written at once. */
export const WRITTEN: Load = { count: 1_203, rate: 'max' };
/** A replay of this many takes several looks at the control keys. */
export const LONG: Load = { count: 5_000, rate: 'max' };

/** A market and whoever writes it. */
export interface Lane extends Probe {
  /** Starts an engine, also a second one; it ends with the tests. */
  start(): RunningEngine;
}

/** A Redis of the tests' own, and markets in it. To be called in the body of a suite, before its tests. */
export class Bench {
  readonly #start: StartEngine;
  readonly #engines: RunningEngine[] = [];
  #open: { readonly server: PrivateRedis; readonly redis: Redis; readonly dir: string } | undefined;
  #markets = 0;

  constructor(start: StartEngine) {
    this.#start = start;
    before(async () => {
      const server = await startPrivateRedis();
      const dir = await mkdtemp(join(tmpdir(), 'lockstep-contract-'));
      this.#open = { server, redis: new Redis(server.url), dir };
    });
    after(async () => {
      await Promise.all(this.#engines.map((engine) => engine.kill()));
      this.#open?.redis.disconnect();
      await this.#open?.server.stop();
      if (this.#open !== undefined) await rm(this.#open.dir, { recursive: true, force: true });
    });
  }

  lane(load: Load): Lane {
    if (this.#open === undefined) throw new Error('the suite has not begun');
    const { server, redis, dir } = this.#open;
    this.#markets += 1;
    const market = `market-${this.#markets}`;
    return Object.assign(new Probe(redis, market), {
      start: () => {
        const engine = this.#start({ redisUrl: server.url, market, ...load, journal: join(dir, market) });
        this.#engines.push(engine);
        return engine;
      },
    });
  }
}
