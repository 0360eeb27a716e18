import { decodeBatch, OrderType, tradeId } from '#client';
import type { RelayerConfig } from '../config.ts';
import { parseRelayerConfig } from '../config.ts';
import type { FeedEntry } from '../domain/feed.ts';
import { createMaintenanceMemory } from '../domain/maintenance-memory.ts';
import { createHeartbeats } from '../observe/heartbeats.ts';
import { createProgress } from '../observe/progress.ts';
import { runLane } from '../pipeline.ts';
import type { StreamEntry } from '../ports.ts';
import { fakeChain } from './chain.ts';
import { fakeClock } from './clock.ts';
import { encodeEvent } from './events.ts';
import { createMemoryMetrics } from './metrics.ts';
import { fakeJournal, fakeQueue, fakeUpkeep, fakeWishes, noReplays, noTrimmer, silent } from './ports.ts';
import { trade } from './trades.ts';

const ADDRESS = 'So11111111111111111111111111111111111111112';
export const config: RelayerConfig = parseRelayerConfig({
  rpcUrl: 'http://127.0.0.1:1',
  redisUrl: 'redis://127.0.0.1:1',
  programId: ADDRESS,
  market: ADDRESS,
  keypairEnv: 'NONE',
  maxBatchTrades: 4,
  maxOpenBatches: 3,
});

const entryOf = (id: number): StreamEntry => ({ tradeId: tradeId(id), schema: '1', payload: encodeEvent(trade(id)) });

/** Field 7 of `lockstep.TradeEventV2`. */
const ORDER_TYPE_TAG = 7 << 3;

/** A trade that only V2 can say: a market order, in schema 2. */
export const marketOrder = (id: number): StreamEntry => ({
  tradeId: tradeId(id),
  schema: '2',
  payload: Uint8Array.of(...encodeEvent(trade(id)), ORDER_TYPE_TAG, OrderType.Market),
});

/** A lane on fakes: what outlives a run of the relayer, and how to run it. */
export function world(entries: readonly StreamEntry[]) {
  const clock = fakeClock();
  const chain = fakeChain(clock);
  const journal = fakeJournal();
  const wishes = fakeWishes();
  const upkeep = fakeUpkeep(clock);
  const words: Omit<FeedEntry, 'atMs'>[] = [];
  const maintenanceMemory = createMaintenanceMemory();
  /** One run of the relayer over what outlives it: chain, journal, stream. */
  const start = (settings: Partial<RelayerConfig> = {}) => {
    const stopping = new AbortController();
    const abort = new AbortController();
    const queue = fakeQueue();
    const metrics = createMemoryMetrics();
    const progress = createProgress(ADDRESS, metrics);
    const heartbeats = createHeartbeats(clock, config.liveMs);
    const source = {
      async read(after: bigint, max: number, waitMs: number, signal: AbortSignal) {
        const found = entries.filter((entry) => entry.tradeId > after).slice(0, max);
        if (found.length === 0) await clock.sleep(waitMs, signal).catch(() => {});
        return found;
      },
      silence: async () => ({ kind: 'sound' as const }),
    };
    const lane = {
      ...{
        source,
        replays: noReplays,
        wishes,
        feed: { write: (word: Omit<FeedEntry, 'atMs'>) => void words.push(word) },
        upkeep,
        maintenanceMemory,
        trimmer: noTrimmer,
        journal,
        queue,
        chain,
        clock,
        metrics,
        progress,
        heartbeats,
        logger: silent,
      },
      config: { ...config, ...settings },
    };
    const done = runLane(lane, { stopping: stopping.signal, abort: abort.signal });
    done.catch(progress.failed);
    return {
      queue,
      progress,
      metrics,
      heartbeats,
      done,
      stop: () => stopping.abort(new Error('stop')),
      kill: () => abort.abort(new Error('killed')),
      until: (last: number, finalized = false) => progress.untilSettled(tradeId(last), { finalized }),
    };
  };
  /** Ids in every batch that took effect, the ones a fork took back included. */
  const settledIds = () =>
    chain.settled.flatMap((payload) => decodeBatch(payload).trades.map((one) => Number(one.tradeId)));
  return { clock, chain, journal, wishes, upkeep, words, start, settledIds };
}

export const ids = (count: number) => Array.from({ length: count }, (_, at) => at + 1);
export const stream = (count: number) => ids(count).map(entryOf);
