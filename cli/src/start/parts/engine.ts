import type { PublicKey } from '@solana/web3.js';
import { Redis } from 'ioredis';
import { LockstepError } from '#client';
import type { EngineSource } from '#feeder';
import { openControl, openPublisher, runEngine } from '#feeder';
import { isDebug } from '../../debug.ts';
import { withoutSecrets } from '../../rpc.ts';
import type { Cleanup } from '../cleanup.ts';

export interface EnginePlan {
  readonly redisUrl: string;
  readonly market: PublicKey;
  readonly source: EngineSource;
  readonly rate: number | 'max';
  readonly cleanup: Cleanup;
  readonly say: (line: string) => void;
  /** Told what ended the engine by itself. */
  readonly fail: (error: unknown) => void;
}

export interface RunningEngine {
  /** Trades written so far. */
  published(): number;
  /** How many there were in all, once the last one is written. @throws what ended the engine */
  readonly exhausted: Promise<number>;
}

const RECONNECT_STEP_MS = 50;
const RECONNECT_MAX_MS = 500;
/** A Redis that does not answer by then is not waited for when everything ends. */
const STOP_MS = 2_000;

/** The engine, in this process because the input is here; it stays after its last trade, to replay what Redis loses. */
export async function startEngine({ redisUrl, market, source, rate, ...plan }: EnginePlan): Promise<RunningEngine> {
  const redis = patientClient(redisUrl, plan.say);
  const stop = new AbortController();
  let published = 0;
  let run: Promise<unknown> = Promise.resolve();
  plan.cleanup.add(async () => {
    stop.abort(new Error('the engine was stopped'));
    const cut = setTimeout(() => redis.disconnect(), STOP_MS);
    await run.catch(() => undefined);
    clearTimeout(cut);
    redis.disconnect();
  });
  const control = openControl(redis, market.toBase58());
  const publisher = await openPublisher(redis, market.toBase58(), control.token);
  const exhausted = new Promise<number>((resolve, reject) => {
    run = runEngine({
      source,
      publisher,
      control,
      signal: stop.signal,
      rate,
      onProgress: (id) => {
        published = Number(id);
      },
      onExhausted: (id) => resolve(Number(id)),
      log: (message) => {
        if (isDebug()) plan.say(`engine: ${message}`);
      },
    });
    run.catch((error: unknown) => {
      reject(error);
      plan.fail(error);
    });
  });
  // Whoever waits for it is told; nobody has to.
  exhausted.catch(() => undefined);
  return { published: () => published, exhausted };
}

/** Waits until Redis is back, and says once per outage that it is away. */
function patientClient(url: string, say: (line: string) => void): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(times * RECONNECT_STEP_MS, RECONNECT_MAX_MS),
  });
  let isAway = false;
  redis.on('error', (error: Error) => {
    if (!isAway) say(`redis at ${withoutSecrets(url)} does not answer: ${describe(error)}; waiting for it`);
    isAway = true;
  });
  redis.on('ready', () => {
    isAway = false;
  });
  return redis;
}

const describe = (error: Error & { code?: string }): string => error.code ?? error.message;

/** The input gave another number of trades than when it was surveyed. */
export const inputChanged = (origin: string, before: number, now: number): LockstepError =>
  new LockstepError(
    'INPUT_CHANGED',
    `${origin} had ${before} usable rows at the start and ${now} now`,
    'Leave the file alone while it is being settled, or give a copy of it.',
  );
