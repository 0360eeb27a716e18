import { setTimeout as sleep } from 'node:timers/promises';
import { decodeMarketHeader } from '#client';
import { generationKey, tradeStreamKey } from '#feeder';
import type { Fault, FaultSubject, Faults } from '#localnet';
import { SeededRandom } from '../../feeder/src/random.ts';
import { embeddedChain } from '../e2e/setup/chain.ts';
import type { RelayerProcess } from '../e2e/setup/relayer-process.ts';
import type { Scene } from '../e2e/setup/scene.ts';
import { openScene } from '../e2e/setup/scene.ts';
import type { StepName } from '../e2e/setup/steps.ts';
import { stepNames } from '../e2e/setup/steps.ts';
import { lot } from '../e2e/setup/trades.ts';

export interface ChaosPlan {
  /** Decides slots, batches, trades, what happens and when. */
  readonly seed: string;
  /** Things that go wrong, one after the other. */
  readonly deeds: number;
  readonly say: (line: string) => void;
}

/** What a run came to, when every id ended as it must. */
export interface ChaosReport {
  readonly seed: string;
  readonly trades: number;
  readonly relayers: number;
  readonly deeds: Readonly<Record<string, number>>;
}

const SLOTS_MS = [20, 40, 100, 400];
const BATCH_TRADES = [1, 3, 8, 24];
/** More than a run can write. */
const TRADES = 1_000_000;
const BAD_EVERY = 23;
/** Trades a second, within what the lane can settle: it is at work all the time, and can catch up at the end. */
const MIN_RATE = 4;
const MAX_RATE = 400;
/** A batch takes about so long on its way: slots, and milliseconds besides. */
const BATCH_SLOTS = 4;
const BATCH_MS = 60;
const RPC_TIMEOUT_MS = 300;
/** Between two deeds. */
const MAX_PAUSE_MS = 900;
/** Of a Redis or a relayer that is gone. */
const MAX_ABSENCE_MS = 700;
/** A lane that stands still for so long does not go on by itself. */
const STALLED_MS = 180_000;
const MAX_NTH = 4;
const GARBAGE = ['foo', 'bar'];
const FAULTS: readonly Fault[] = [
  { kind: 'error', code: -32_603, message: 'internal' },
  { kind: 'answer', result: null },
  { kind: 'delay', ms: 2 * RPC_TIMEOUT_MS },
  { kind: 'drop-answer' },
  { kind: 'drop-request' },
];

/** A node on which some calls go wrong, as often as the run says. */
class UnreliableNode implements Faults {
  readonly #random: SeededRandom;
  #percent = 0;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  setPercent(percent: number): void {
    this.#percent = percent;
  }

  faultFor({ transport }: FaultSubject): Fault | undefined {
    if (transport !== 'http' || this.#random.below(100) >= this.#percent) return undefined;
    return FAULTS[this.#random.below(FAULTS.length)];
  }
}

/**
 * Lets one market trade while everything around it goes wrong, in an order the seed decides, and then holds every id on-chain
 * against the input. How far things got when they go wrong depends on the machine: a seed repeats the plan, not the run.
 * @throws AssertionError when an id did not end as it must; what the relayer or the engine ended with when that was no deed
 */
export async function runChaos({ seed, deeds, say }: ChaosPlan): Promise<ChaosReport> {
  const random = new SeededRandom(`chaos ${seed}`);
  const pick = <T>(values: readonly T[]): T => values[random.below(values.length)] as T;
  const node = new UnreliableNode(new SeededRandom(`node ${seed}`));
  const slotMs = pick(SLOTS_MS);
  const maxBatchTrades = pick(BATCH_TRADES);
  const settings = { rpcTimeoutMs: RPC_TIMEOUT_MS, maxBatchTrades, leaseMs: pick([500, 1_500]) };
  const capacity = (maxBatchTrades * 1_000) / (BATCH_SLOTS * slotMs + BATCH_MS);
  const rate = Math.round(Math.max(MIN_RATE, Math.min(MAX_RATE, capacity * pick([0.5, 1]))));
  say(JSON.stringify({ seed, slotMs, ...settings, rate }));
  const scene = await openScene({ startChain: embeddedChain({ slotMs, faults: node }), settings });
  try {
    const lane = new SupervisedLane(scene);
    await lane.begin();
    await scene.engine.begin(lot(1, TRADES, BAD_EVERY), rate);
    await lane.untilFurther(1);
    const world = { scene, lane, node, random };
    const done: Record<string, number> = {};
    for (let at = 0; at < deeds; at += 1) {
      // Half of the time one thing follows the other at once, half of the time the lane has to get on in between.
      if (random.below(2) === 0) await sleep(random.below(MAX_PAUSE_MS));
      else await lane.untilFurther(1 + random.below(rate));
      const name = pick(Object.keys(DEEDS));
      done[name] = (done[name] ?? 0) + 1;
      say(`${at + 1}/${deeds} ${name}, ${lane.describe()}`);
      await DEEDS[name]?.(world);
      lane.throwIfFailed();
    }
    node.setPercent(0);
    const last = await scene.engine.pause();
    say(`paused at trade ${last}`);
    await lane.untilSettled(BigInt(last));
    while ((await scene.cursor()) < BigInt(last)) await sleep(POLL_MS);
    await scene.requireOutcomes({ input: scene.engine.trades.slice(0, last) });
    await lane.end();
    return { seed, trades: last, relayers: lane.started, deeds: done };
  } finally {
    await scene.close();
  }
}

interface ChaosWorld {
  readonly scene: Scene;
  readonly lane: SupervisedLane;
  readonly node: UnreliableNode;
  readonly random: SeededRandom;
}

type Deed = (world: ChaosWorld) => Promise<unknown>;

const streamKey = async ({ redis, market }: Scene) =>
  tradeStreamKey(market, BigInt((await redis.get(generationKey(market))) ?? 1));

const absent = ({ random }: ChaosWorld) => sleep(random.below(MAX_ABSENCE_MS));

async function away(world: ChaosWorld, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  const { server } = world.scene;
  await server.stop(signal);
  await absent(world);
  await server.startAgain();
}

const DEEDS: Record<string, Deed> = {
  'relayer killed': ({ lane }) => lane.kill(),
  'relayer killed at a step': ({ lane, random }) => {
    const step = stepNames[random.below(stepNames.length)] as StepName;
    return lane.killAt(step, 1 + random.below(MAX_NTH));
  },
  'relayer stopped': ({ lane }) => lane.stop(),
  'second relayer': ({ lane }) => lane.addStandby(),
  'redis emptied': ({ scene }) => scene.redis.flushall(),
  'redis killed': (world) => away(world, 'SIGKILL'),
  'redis restarted': (world) => away(world, 'SIGTERM'),
  'redis emptied, relayer killed': async ({ scene, lane }) => {
    await Promise.all([scene.redis.flushall(), lane.kill()]);
  },
  'entry with an id of its own': async ({ scene }) => scene.redis.xadd(await streamKey(scene), '*', ...GARBAGE),
  'entry far ahead': async ({ scene }) => scene.redis.xadd(await streamKey(scene), `${TRADES}-0`, ...GARBAGE),
  'stream deleted': async ({ scene }) => scene.redis.del(await streamKey(scene)),
  'pointer deleted': ({ scene }) => scene.redis.del(generationKey(scene.market)),
  'unreliable node': async ({ node, random }) => node.setPercent(random.below(40)),
  'reliable node': async ({ node }) => node.setPercent(0),
  'blockhashes expire': async ({ scene }) => scene.chain.embedded?.expireBlockhashes(),
};

/** What a supervisor does: one relayer runs, and another is started whenever it ends. */
class SupervisedLane {
  readonly #scene: Scene;
  #running: RelayerProcess[] = [];
  #failure: Error | undefined;
  #isOver = false;
  started = 0;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  async begin(): Promise<void> {
    this.started += 1;
    const relayer = await this.#scene.start();
    this.#running.push(relayer);
    void relayer.ended.then(async ({ code, signal, failed }) => {
      this.#running = this.#running.filter((one) => one !== relayer);
      const isDeed = signal === 'SIGKILL' || code === 0 || EXPECTED_ENDINGS.has(failed ?? '');
      if (!isDeed) this.#failure ??= new Error(`a relayer ended with ${failed ?? code}\n${relayer.log}`);
      if (!this.#isOver && this.#running.length === 0) await this.begin();
    });
  }

  addStandby(): Promise<void> {
    return this.#running.length > 1 ? Promise.resolve() : this.begin();
  }

  async kill(): Promise<void> {
    await this.#running[0]?.end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.#running[0]?.end('SIGTERM');
  }

  /** It may take long until the step comes, or for ever. */
  async killAt(step: StepName, nth: number): Promise<void> {
    await this.#running[0]?.order({ killAt: { step, nth } }).catch(() => {});
  }

  throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  describe(): string {
    return this.#running.map(({ word }) => `${word?.state} ${word?.blocked ?? ''} at ${word?.settled}`).join(' · ');
  }

  async untilFurther(trades: number): Promise<void> {
    await this.untilSettled((await this.#cursor()) + BigInt(trades));
  }

  /** @throws when the lane stands still */
  async untilSettled(id: bigint): Promise<void> {
    let last = -1n;
    let movedAt = performance.now();
    for (;;) {
      this.throwIfFailed();
      const cursor = await this.#cursor();
      if (cursor >= id) return;
      if (cursor !== last) movedAt = performance.now();
      last = cursor;
      if (performance.now() - movedAt > STALLED_MS) {
        const logs = this.#running.map((relayer) => relayer.log);
        throw new Error(`stalled at ${cursor}, wanted ${id}: ${this.describe()}\n${logs.join('\n')}`);
      }
      await sleep(POLL_MS);
    }
  }

  /** Past an unreliable node. */
  async #cursor(): Promise<bigint> {
    const { chain, venue } = this.#scene;
    const account = chain.embedded?.getAccount(venue.market);
    if (account === undefined) throw new Error('the market is gone');
    return decodeMarketHeader(account.data).lastTradeId;
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#running.map((relayer) => relayer.end('SIGTERM')));
    this.throwIfFailed();
  }
}

const POLL_MS = 50;
/** A start while Redis or the node is away: whoever supervises starts it again. */
const EXPECTED_ENDINGS: ReadonlySet<string> = new Set(['REDIS_UNREACHABLE', 'CHAIN_UNREACHABLE', 'MARKET_UNREADABLE']);
