// `npm run -s drill:hardfork -- [--runs N] [--json] [--record]`: hard forks in place while trades keep coming; how long nothing settles, and
// every id and balance held against the engine's input afterwards. Times depend on the machine: they are printed and, with --record, kept in
// bench/hardfork.json; nothing asserts them.
// With `--kills [--seed TEXT]`: forks in place and to another program, and aborts, while the command, the relayer and the gateway are killed and Redis is
// restarted at moments the seed decides; with --record kept in bench/hardfork-kills.json.
// Meanwhile a client stays at the gateway's feed: it must hear of a batch after each run, and no connection may end for a maintenance without the alert.
// A lost or doubled trade, or a wrong balance, ends either with 1; so does a client that was not told.
import { parseArgs } from 'node:util';
import type { FeedSeen } from './feed-client.ts';
import type { Killed } from './hardfork-kills.ts';
import { forksUnderKills } from './hardfork-kills.ts';
import type { Fork } from './hardfork-run.ts';
import { measureForks } from './hardfork-run.ts';
import { spread } from './spread.ts';
import { timed } from './timed.ts';

interface Audited {
  readonly lost: number;
  readonly doubled: number;
  readonly wrong: readonly string[];
  readonly trades: number;
}

/** Sums over all runs; anything but zero ends the drill with 1. */
function counted(runs: readonly Audited[]) {
  const sum = (count: (run: Audited) => number) => runs.reduce((all, run) => all + count(run), 0);
  const counts = {
    lost: sum(({ lost }) => lost),
    doubled: sum(({ doubled }) => doubled),
    wrong: sum(({ wrong }) => wrong.length),
  };
  if (counts.lost + counts.doubled + counts.wrong > 0) process.exitCode = 1;
  return counts;
}

const told = ({ wrong, lost, doubled }: Audited): void => {
  if (lost + doubled > 0) console.error(`  ! ${lost} lost, ${doubled} doubled`);
  for (const line of wrong) console.error(`  ! ${line}`);
};

async function forks(runs: number): Promise<object> {
  const measured: Fork[] = [];
  for await (const fork of measureForks(runs)) {
    measured.push(fork);
    const { downtimeMs, commandMs, trades } = fork;
    console.error(
      `run ${measured.length}: nothing settled for ${downtimeMs.toFixed(0)} ms, the command took ${commandMs.toFixed(0)} ms, ${trades} trades on-chain`,
    );
    told(fork);
  }
  const { p50, p95, max } = spread(measured.map(({ downtimeMs }) => downtimeMs));
  return {
    ...{ p50Ms: p50, p95Ms: p95, maxMs: max, ...counted(measured) },
    commandMs: spread(measured.map(({ commandMs }) => commandMs)),
    trades: measured.reduce((all, { trades }) => all + trades, 0),
  };
}

async function kills(runs: number, seed: string): Promise<object> {
  const killed: Killed[] = [];
  for await (const run of forksUnderKills(runs, seed)) {
    killed.push(run);
    console.error(`run ${killed.length}: ${run.kind} ${run.outcome}, ${run.trades} trades; ${run.deeds.join(', ')}`);
    told(run);
  }
  const count = (fits: (run: Killed) => boolean) => killed.filter(fits).length;
  const deeds: Record<string, number> = {};
  for (const deed of killed.flatMap((run) => run.deeds)) deeds[deed] = (deeds[deed] ?? 0) + 1;
  const heard = (name: keyof FeedSeen) => killed.reduce((all, { feed }) => all + feed[name], 0);
  if (heard('unannounced') > 0) process.exitCode = 1;
  return {
    ...{ seed, ...counted(killed) },
    outcomes: {
      migratedInPlace: count(({ kind, outcome, isFirst }) => kind === 'in-place' && outcome === 'done' && isFirst),
      againInPlace: count(({ kind, outcome, isFirst }) => kind === 'in-place' && outcome === 'done' && !isFirst),
      toSuccessor: count(({ kind, outcome }) => kind === 'successor' && outcome === 'done'),
      abortedInPlace: count(({ kind, outcome }) => kind === 'in-place' && outcome === 'aborted'),
      abortedToSuccessor: count(({ kind, outcome }) => kind === 'successor' && outcome === 'aborted'),
    },
    deeds,
    feed: {
      ...{ connections: heard('connections'), alerts: heard('alerts'), closedAfterAlert: heard('announced') },
      ...{ closedWithoutAlert: heard('unannounced'), closedOtherwise: heard('otherwise') },
    },
  };
}

const own = { kills: { type: 'boolean', default: false }, seed: { type: 'string', default: '1' } } as const;
const { values } = parseArgs({ options: own, strict: false, allowPositionals: true });
if (values.kills === true)
  await timed({ name: 'hardfork-kills', defaultRuns: 200, own }, (runs) => kills(runs, `${values.seed}`));
else await timed({ name: 'hardfork', defaultRuns: 20, own }, forks);
