import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sequence } from '#client';
import { readMarketHeader } from '#client';
import { laneKeys } from '#relayer';
import { decodeRow } from '../relayer/src/adapters/redis/row-codec.ts';
import type { Opener, World } from '../tests/relayer/venue.ts';
import { openWorld } from '../tests/relayer/venue.ts';
import { keepTrading } from './keep-trading.ts';
import { writeRelayerFiles } from './relayer-files.ts';

/** One kill. Milliseconds. */
export interface Recovery {
  /** From SIGKILL until a batch is on-chain that the dead relayer had not signed. */
  readonly killToSettledMs: number;
  /** From starting the command again until its status says `running`. */
  readonly startToRunningMs: number;
}

/** A cluster's; the relayer's own settings stay at their defaults. */
const SLOT_MS = 400;
const STEP_MS = 40;
const POLL_MS = 5;
/** What a relayer settles before it is killed: it must be in the middle of its work. */
const BATCHES_BEFORE_KILL = 3n;

/** Kills and starts one relayer after another on one market, while trades keep coming: `lockstep relayer` as an operator runs it. */
export async function* measureRecoveries(runs: number): AsyncGenerator<Recovery> {
  const endings: (() => Promise<void>)[] = [];
  const opener = { after: (end: () => Promise<void>) => void endings.push(end) };
  try {
    const world = await openWorld(opener, { slotMs: SLOT_MS });
    const site = await openSite(world, opener);
    let relayer = site.launch();
    opener.after(() => kill(relayer));
    await site.settlesBeyond((await site.nextSequence()) + BATCHES_BEFORE_KILL);
    for (let run = 0; run < runs; run += 1) {
      const killedAt = performance.now();
      await kill(relayer);
      const startedAt = performance.now();
      relayer = site.launch();
      const [settledAt, runningAt] = await Promise.all([
        site.firstUnsigned().then((sequence) => site.settlesBeyond(sequence)),
        site.runs(),
      ]);
      yield { killToSettledMs: settledAt - killedAt, startToRunningMs: runningAt - startedAt };
      await site.settlesBeyond((await site.nextSequence()) + BATCHES_BEFORE_KILL);
    }
  } finally {
    for (const end of endings.reverse()) await end();
  }
}

/** What a benchmark sees of a relayer from outside. */
async function openSite(world: World, opener: Opener) {
  const { venue, redis, market } = world;
  const { httpPort, launch } = await writeRelayerFiles(world, opener);
  opener.after(keepTrading(world, STEP_MS));
  const nextSequence = async () =>
    (await readMarketHeader(venue.connection, venue.market, 'processed')).value.nextSequence;
  return {
    nextSequence,
    launch,
    /** Of a batch the relayer that wrote these rows has not signed; it must be dead. One it signed may land by itself. */
    async firstUnsigned(): Promise<bigint> {
      const rows = Object.entries(await redis.hgetall(laneKeys(market).rows)).map(([key, text]) =>
        decodeRow(key, text),
      );
      const signed = rows.flatMap(({ attempts, sequence }) => (attempts.length === 0 ? [] : (sequence ?? [])));
      const next: Sequence = await nextSequence();
      return signed.reduce<bigint>((least, sequence) => (sequence >= least ? sequence + 1n : least), next);
    },
    /** Answers when this sequence was settled. */
    settlesBeyond: (sequence: bigint) => until(async () => (await nextSequence()) > sequence),
    /** Answers when a relayer's status said that it runs. */
    runs: () => until(async () => (await stateAt(`http://127.0.0.1:${httpPort}/status`)) === 'running'),
  };
}

async function stateAt(url: string): Promise<string | undefined> {
  try {
    return ((await (await fetch(url)).json()) as { state?: string }).state;
  } catch {
    return undefined; // not there yet
  }
}

async function until(holds: () => Promise<boolean>): Promise<number> {
  while (!(await holds())) await sleep(POLL_MS);
  return performance.now();
}

async function kill(relayer: ChildProcess): Promise<void> {
  if (relayer.exitCode !== null || relayer.signalCode !== null) return;
  relayer.kill('SIGKILL');
  await once(relayer, 'exit');
}
