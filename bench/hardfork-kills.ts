import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Keypair } from '@solana/web3.js';
import { freePort } from '../cli/src/free-port.ts';
import { readSite } from '../cli/src/rollout/site.ts';
import { SeededRandom } from '../feeder/src/random.ts';
import type { Side } from '../tests/hardfork/setup/books.ts';
import { audited } from '../tests/hardfork/setup/books.ts';
import { packedFromSource } from '../tests/hardfork/setup/packages.ts';
import type { ForkSite } from '../tests/hardfork/setup/site.ts';
import { openForkSite } from '../tests/hardfork/setup/site.ts';
import type { Ended, Running } from '../tests/rollout/setup/command.ts';
import { compiledCommand } from '../tests/rollout/setup/command.ts';
import { until } from '../tests/support/until.ts';
import type { FeedSeen } from './feed-client.ts';
import { FeedClient } from './feed-client.ts';

/** One hard fork, or one that was taken back, while things die. */
export interface Killed {
  readonly kind: 'in-place' | 'successor';
  readonly outcome: 'done' | 'aborted';
  /** The first fork in place of a site migrates its tree; the others find it migrated. */
  readonly isFirst: boolean;
  readonly deeds: readonly string[];
  readonly lost: number;
  readonly doubled: number;
  readonly wrong: readonly string[];
  readonly trades: number;
  /** What a client of the gateway's feed saw of it; it has heard of a batch since. */
  readonly feed: FeedSeen;
}

/** Runs on one site before a fresh one is opened. */
const RUNS_PER_SITE = 4;
const RATE = 60;
const COUNT = 60_000;
const MORE = 30n;
/** A command is done with before that, when nothing disturbs it. */
const WITHIN_MS = 6_000;
const MOST_DEEDS = 4;
const MOST_ATTEMPTS = 30;
const LOCKSTEP = fileURLToPath(new URL('../cli/bin/lockstep.mjs', import.meta.url));

/** Yields each run; the seed decides what is done when. */
export async function* forksUnderKills(runs: number, seed: string): AsyncGenerator<Killed> {
  const endings: (() => void)[] = [];
  const opener = { after: (end: () => void) => void endings.push(end) };
  try {
    const shelf = await packedFromSource(opener);
    const command = await compiledCommand(opener);
    for (let run = 0; run < runs; ) {
      const kind = Math.floor(run / RUNS_PER_SITE) % 2 === 0 ? 'in-place' : 'successor';
      const program = kind === 'in-place' ? '0.1.0' : '0.2.0';
      const site = await openForkSite({ shelf, command, program, count: COUNT, rate: RATE });
      const port = await freePort();
      const gateway = new Gateway(site, port);
      const client = new FeedClient(port);
      try {
        const sides: Side[] = [{ program: site.venue.program, market: site.venue.market }];
        let isFirst = true;
        for (let on = 0; on < RUNS_PER_SITE && run < runs; on += 1, run += 1) {
          const killed = await oneRun(
            { site, kind, gateway, client, sides, isFirst },
            new SeededRandom(`${seed} ${run}`),
            run,
          );
          if (killed.outcome === 'done') isFirst = false;
          yield killed;
        }
      } finally {
        client.end();
        gateway.kill();
        await site.close();
      }
    }
  } finally {
    for (const end of endings.reverse()) end();
  }
}

interface Place {
  readonly site: ForkSite;
  readonly kind: Killed['kind'];
  readonly gateway: Gateway;
  readonly client: FeedClient;
  /** Every market so far, in order; a fork that is done adds one. */
  readonly sides: Side[];
  readonly isFirst: boolean;
}

async function oneRun(place: Place, random: SeededRandom, run: number): Promise<Killed> {
  const { site, kind, client, sides, isFirst } = place;
  const before = client.seen;
  const deeds: string[] = [];
  const programKeypair = `program-${run}.json`;
  writeFileSync(`${site.dir}/${programKeypair}`, JSON.stringify([...Keypair.generate().secretKey]), { mode: 0o600 });
  const plan = site.plan(`plan-${run}`, {
    ...{ kind, program: '0.2.0', reason: `run ${run}` },
    ...(kind === 'successor' ? { programKeypair } : {}),
  });
  const start = (...words: string[]) => site.start('hardfork', '--plan', plan, '--yes', ...words);
  let outcome: Killed['outcome'] = 'done';
  if (random.below(3) === 0) {
    const running = start();
    await disturbed(place, running, random, deeds);
    running.child.kill('SIGKILL');
    await running.ended;
    deeds.push('abort');
    const last = await untilEnded(place, () => start('--abort'), random, deeds, STOPS_AN_ABORT);
    if (last.json.outcome === 'aborted') outcome = 'aborted';
  }
  if (outcome === 'done') await untilEnded(place, () => start(), random, deeds, []);
  const enough = (await site.cursor()) + MORE;
  await until(async () => (await site.cursor()) >= enough);
  await client.hearsBatch();
  const { program, market } = await readSite(site.file, {});
  if (sides.at(-1)?.market.equals(market) === false) sides.push({ program, market });
  const { lost, doubled, wrong, cursor } = await audited(site.venue, sides, site.input);
  return { kind, outcome, isFirst, deeds, lost, doubled, wrong, trades: cursor, feed: since(before, client.seen) };
}

const since = (before: FeedSeen, now: FeedSeen): FeedSeen => ({
  connections: now.connections - before.connections,
  alerts: now.alerts - before.alerts,
  announced: now.announced - before.announced,
  unannounced: now.unannounced - before.unannounced,
  otherwise: now.otherwise - before.otherwise,
});

/** It had not begun, or had gone too far: then it is seen through. */
const STOPS_AN_ABORT = ['HARDFORK_NONE', 'HARDFORK_RESUMED', 'IMPORT_FINISHED'];

/** Starts the same command again until it ends well, or with one of these codes; disturbed at first, then left alone. */
async function untilEnded(
  place: Place,
  start: () => Running,
  random: SeededRandom,
  deeds: string[],
  codes: readonly string[],
): Promise<Ended> {
  let last: Ended | undefined;
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const running = start();
    if (attempt < 2) await disturbed(place, running, random, deeds);
    last = await running.ended;
    if (last.code === 0 || codes.includes(last.json.error?.code ?? '')) return last;
  }
  throw new Error(`it has not ended well in ${MOST_ATTEMPTS} attempts (${deeds.join(', ')}):\n${last?.text}`);
}

/** Something dies a few times while the command runs. */
async function disturbed(
  { site, gateway }: Place,
  { child, ended, saw }: Running,
  random: SeededRandom,
  deeds: string[],
) {
  let isOver = false;
  // A command that has not begun anything is not worth killing.
  await saw(/^\[\d+\/\d+\] /m).catch(() => undefined);
  void ended.then(() => {
    isOver = true;
  });
  for (let left = 1 + random.below(MOST_DEEDS); left > 0 && !isOver; left -= 1) {
    await Promise.race([ended, sleep(random.below(WITHIN_MS / MOST_DEEDS))]);
    if (isOver) return;
    const which = random.below(10);
    if (which < 4) {
      deeds.push('kill cli');
      child.kill('SIGKILL');
    } else if (which < 7) {
      deeds.push('kill relayer');
      await site.killRelayer();
    } else if (which < 9) {
      deeds.push('kill gateway');
      gateway.kill();
      gateway.start();
    } else {
      deeds.push('restart redis');
      await site.restartRedis();
    }
  }
}

/** The front door of the site; a process of its own. */
class Gateway {
  readonly #config: string;
  #child: ChildProcess | undefined;

  constructor(site: ForkSite, port: number) {
    const settings = JSON.parse(site.relayerSettings()) as Record<string, unknown>;
    const { rpcUrl, redisUrl, programId, market } = settings;
    this.#config = `${site.dir}/gateway.json`;
    writeFileSync(this.#config, JSON.stringify({ port, rpcUrl, redisUrl, programId, market, lane: site.lane }));
    this.start();
  }

  start(): void {
    this.#child = spawn(process.execPath, [LOCKSTEP, 'gateway', '--config', this.#config], { stdio: 'ignore' });
  }

  kill(): void {
    this.#child?.kill('SIGKILL');
  }
}
