import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TradeV1 } from '#client';
import { baseLots, price, readMarketHeader, settlementInstructions, tradeId, VersionBit } from '#client';
import { beginMaintenance, readMaintenance } from '#relayer';
import { SeededRandom } from '../feeder/src/random.ts';
import { SceneEngine } from '../tests/e2e/setup/engine.ts';
import type { Opener, World } from '../tests/relayer/venue.ts';
import { openWorld } from '../tests/relayer/venue.ts';
import { writeRelayerFiles } from './relayer-files.ts';

/** One flush of trades that were all pending when it began. Milliseconds. */
export interface Flush {
  readonly trades: number;
  readonly batches: number;
  /** From the command until the lane is ready: all of them final. */
  readonly beginToReadyMs: number;
  /** From the command until the engine has acknowledged the pause. */
  readonly beginToCutMs: number;
  /** From the command until the last one is on-chain, confirmed. */
  readonly beginToSettledMs: number;
  /** Processor time of it: the relayer's, and that of the node, the engine and this benchmark together. */
  readonly relayerCpuMs: number;
  readonly nodeCpuMs: number;
}

/** As the embedded node of `lockstep start`. */
export const SLOT_MS = 40;
export const TRADERS = 64;
const POLL_MS = 20;
const START_PRICE = 4_000;
const DRIFT = 25;
const MAX_LOTS = 20;
const US_PER_MS = 1_000;
const MS_PER_S = 1_000;

/**
 * Settlement is paused while the engine emits `count` trades; then it is unpaused, and the clock starts with the maintenance. The relayer is
 * `lockstep relayer` as a process, with its defaults; only V2 is allowed. The chain is read in the end: every id is on it, once.
 */
export async function measureFlush(count: number): Promise<Flush> {
  const endings: (() => Promise<void>)[] = [];
  const opener: Opener = { after: (end) => void endings.push(end) };
  try {
    const world = await openWorld(opener, { slotMs: SLOT_MS, release: '0.2.0', traders: TRADERS });
    const { redis, market } = world;
    const pause = await configured(world);
    const files = await writeRelayerFiles(world, opener, { slotMs: SLOT_MS });
    const engine = new SceneEngine(redis, market, join(files.dir, 'engine-journal'));
    opener.after(() => engine.end());
    await pause(true);
    const relayer = files.launch();
    opener.after(async () => {
      relayer.kill('SIGKILL');
      await once(relayer, 'exit');
    });
    await engine.publish(flow(count));
    await until(async () => (await redis.exists(`lockstep:1:{${market}}:lane`)) === 1);
    await pause(false);
    const cpu = { relayer: await relayerCpuMs(files.httpPort), node: process.cpuUsage() };
    const beganAt = performance.now();
    const id = await beginMaintenance(redis, market, { owner: 'bench', reason: 'flush' });
    const state = async () => (await readMaintenance(redis, market)).maintenance;
    const cutAt = until(async () => (await state())?.cut !== undefined);
    const settledAt = until(async () => (await cursor(world)) >= BigInt(count));
    const readyAt = until(async () => {
      const found = await state();
      if (found?.id !== id) throw new Error('the maintenance is gone');
      return found.phase === 'ready';
    });
    const [cut, settled, ready] = await Promise.all([cutAt, settledAt, readyAt]);
    const { user, system } = process.cpuUsage(cpu.node);
    const relayerMs = (await relayerCpuMs(files.httpPort)) - cpu.relayer;
    if ((await state())?.cut !== BigInt(count)) throw new Error(`the cut is ${(await state())?.cut}`);
    const { value } = await readMarketHeader(world.venue.connection, world.venue.market, 'finalized');
    if (value.lastTradeId !== BigInt(count)) throw new Error(`the chain ends with trade ${value.lastTradeId}`);
    await world.requireSound();
    return {
      ...{ trades: count, batches: Number(value.nextSequence) - 1 },
      beginToReadyMs: Math.round(ready - beganAt),
      beginToCutMs: Math.round(cut - beganAt),
      beginToSettledMs: Math.round(settled - beganAt),
      relayerCpuMs: Math.round(relayerMs),
      nodeCpuMs: Math.round((user + system) / US_PER_MS),
    };
  } finally {
    for (const end of endings.reverse()) await end();
  }
}

async function relayerCpuMs(httpPort: number): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${httpPort}/metrics`)).text();
  return Number(/^process_cpu_seconds_total\{[^}]*\} (\S+)/m.exec(text)?.[1]) * MS_PER_S;
}

/** Allows V2 alone; answers how to pause settlement. */
async function configured({ venue, keys, land }: World): Promise<(isPaused: boolean) => Promise<void>> {
  const { setAllowedVersions, setPaused } = settlementInstructions(venue.program);
  const admin = keys.operator.publicKey;
  await land(keys.operator, setAllowedVersions({ admin, allowedBatchVersions: VersionBit.V2 }));
  return (isPaused) => land(keys.operator, setPaused({ authority: admin, isPaused }));
}

const cursor = async ({ venue }: World): Promise<bigint> =>
  (await readMarketHeader(venue.connection, venue.market, 'confirmed')).value.lastTradeId;

/** Prices that wander and small amounts, which every trader can pay for as long as it takes. */
function flow(count: number): TradeV1[] {
  const random = new SeededRandom('flush');
  let at = START_PRICE;
  return Array.from({ length: count }, (_, index) => {
    at = Math.max(1, at + random.below(2 * DRIFT + 1) - DRIFT);
    const buyer = random.below(TRADERS);
    return {
      tradeId: tradeId(index + 1),
      buyer,
      seller: (buyer + 1 + random.below(TRADERS - 1)) % TRADERS,
      price: price(BigInt(at)),
      quantity: baseLots(BigInt(1 + random.below(MAX_LOTS))),
      takerIsBuyer: random.below(2) === 0,
    };
  });
}

async function until(holds: () => Promise<boolean>): Promise<number> {
  while (!(await holds())) await sleep(POLL_MS);
  return performance.now();
}
