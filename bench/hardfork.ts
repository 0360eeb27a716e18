// `npm run -s drill:hardfork -- [--runs N] [--json] [--record]`: hard forks in place while trades keep coming; how long nothing settles, and
// every id and balance held against the engine's input afterwards. Times depend on the machine: they are printed and, with --record, kept in
// bench/hardfork.json; nothing asserts them. A lost or doubled trade, or a wrong balance, ends it with 1.
import type { Fork } from './hardfork-run.ts';
import { measureForks } from './hardfork-run.ts';
import { spread } from './spread.ts';
import { timed } from './timed.ts';

await timed({ name: 'hardfork', defaultRuns: 20 }, async (runs) => {
  const measured: Fork[] = [];
  for await (const fork of measureForks(runs)) {
    measured.push(fork);
    const { downtimeMs, commandMs, trades } = fork;
    console.error(
      `run ${measured.length}: nothing settled for ${downtimeMs.toFixed(0)} ms, the command took ${commandMs.toFixed(0)} ms, ${trades} trades on-chain`,
    );
    for (const line of fork.wrong) console.error(`  ! ${line}`);
  }
  const { p50, p95, max } = spread(measured.map(({ downtimeMs }) => downtimeMs));
  const sum = (count: (fork: Fork) => number) => measured.reduce((all, fork) => all + count(fork), 0);
  const counts = {
    lost: sum(({ lost }) => lost),
    doubled: sum(({ doubled }) => doubled),
    wrong: sum(({ wrong }) => wrong.length),
  };
  if (counts.lost + counts.doubled + counts.wrong > 0) process.exitCode = 1;
  return {
    ...{ p50Ms: p50, p95Ms: p95, maxMs: max, ...counts },
    commandMs: spread(measured.map(({ commandMs }) => commandMs)),
    trades: sum(({ trades }) => trades),
  };
});
