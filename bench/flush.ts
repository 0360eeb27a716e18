// `npm run bench:flush -- [--count N] [--runs N] [--json] [--record]`: how long N pending trades take to flush on the embedded node, from the
// command until all are final. Times depend on the machine: they are printed and, with --record, kept in bench/flush.json.
import type { Flush } from './flush-run.ts';
import { measureFlush, SLOT_MS, TRADERS } from './flush-run.ts';
import { spread } from './spread.ts';
import { timed } from './timed.ts';

const DEFAULT_COUNT = 100_000;

await timed({ name: 'flush', defaultRuns: 1, options: { count: DEFAULT_COUNT } }, async (runs, { count }) => {
  const flushes: Flush[] = [];
  for (let run = 0; run < runs; run += 1) {
    const flush = await measureFlush(count);
    flushes.push(flush);
    const { beginToReadyMs, beginToCutMs, beginToSettledMs, batches } = flush;
    const times = `ready after ${beginToReadyMs} ms (cut ${beginToCutMs} ms, on-chain ${beginToSettledMs} ms)`;
    console.error(`run ${run + 1}: ${count} trades in ${batches} batches, ${times}`);
  }
  const rates = flushes.map(({ beginToReadyMs }) => (count / beginToReadyMs) * 1_000);
  return {
    reproduce: 'npm run -s bench:flush -- --json',
    ...{ trades: count, batches: flushes[0]?.batches, slotMs: SLOT_MS, traders: TRADERS },
    beginToReadyMs: spread(flushes.map((flush) => flush.beginToReadyMs)),
    beginToCutMs: spread(flushes.map((flush) => flush.beginToCutMs)),
    beginToSettledMs: spread(flushes.map((flush) => flush.beginToSettledMs)),
    relayerCpuMs: spread(flushes.map((flush) => flush.relayerCpuMs)),
    nodeCpuMs: spread(flushes.map((flush) => flush.nodeCpuMs)),
    tradesPerSecond: Math.round(Math.min(...rates)),
  };
});
