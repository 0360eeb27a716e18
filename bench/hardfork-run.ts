import { PublicKey } from '@solana/web3.js';
import { audited } from '../tests/hardfork/setup/books.ts';
import { cursorClock } from '../tests/hardfork/setup/clock.ts';
import { packedFromSource } from '../tests/hardfork/setup/packages.ts';
import { openForkSite } from '../tests/hardfork/setup/site.ts';
import { compiledCommand } from '../tests/rollout/setup/command.ts';
import { until } from '../tests/support/until.ts';

/** One hard fork in place under load. */
export interface Fork {
  /** From the last batch that settled before to the first one after. */
  readonly downtimeMs: number;
  /** The command, from the start of its process to its end. */
  readonly commandMs: number;
  readonly lost: number;
  readonly doubled: number;
  readonly wrong: readonly string[];
  /** Trades on-chain in the end. */
  readonly trades: number;
}

/** Trades a second; more than enough of them for one run. */
const RATE = 100;
const COUNT = 30_000;
/** Settled before the fork begins, and after it is done. */
const TRADES_AROUND = 100n;

/** Forks a fresh site each time, from the release before to this one, while trades keep coming. */
export async function* measureForks(runs: number): AsyncGenerator<Fork> {
  const endings: (() => void)[] = [];
  const opener = { after: (end: () => void) => void endings.push(end) };
  try {
    const shelf = await packedFromSource(opener);
    const command = await compiledCommand(opener);
    for (let run = 0; run < runs; run += 1) yield await fork(shelf, command);
  } finally {
    for (const end of endings.reverse()) end();
  }
}

async function fork(shelf: string, command: string): Promise<Fork> {
  const site = await openForkSite({ shelf, command, program: '0.1.0', count: COUNT, rate: RATE });
  const clock = cursorClock(site.chain, site.venue.market);
  try {
    await until(async () => (await site.cursor()) >= TRADES_AROUND);
    const plan = site.plan('plan', { kind: 'in-place', program: '0.2.0', reason: 'a drill' });
    const startedAt = performance.now();
    const { code, text, json } = await site.start('hardfork', '--plan', plan, '--yes').ended;
    const commandMs = performance.now() - startedAt;
    if (code !== 0) throw new Error(`hardfork ended with ${code}:\n${text}`);
    const cut = BigInt(stepsOf(json).find(({ name }) => name === 'pause')?.evidence.lastTradeId ?? 0);
    await until(async () => (await site.cursor()) >= cut + TRADES_AROUND);
    const side = { program: new PublicKey(site.venue.program), market: site.venue.market };
    const audit = await audited(site.venue, [side], site.input);
    const downtimeMs = clock.standstillAfter(cut) ?? Number.NaN;
    const { lost, doubled, wrong, cursor } = audit;
    return { downtimeMs, commandMs, lost, doubled, wrong, trades: cursor };
  } finally {
    clock.stop();
    await site.close();
  }
}

interface StepJson {
  readonly name: string;
  readonly evidence: Readonly<Record<string, string>>;
}

const stepsOf = (json: Readonly<Record<string, unknown>>): readonly StepJson[] => (json.steps ?? []) as StepJson[];
