// `npm run bench:flip -- [--runs N] [--json] [--record]`: how long after a switch of the allowed batch versions the first batch of the new
// version lands. Times depend on the machine: they are printed and, with --record, kept in bench/flip.json; nothing asserts them.
import { measureFlips, SLOT_MS } from './flip-run.ts';
import { spread } from './spread.ts';
import { timed } from './timed.ts';

await timed({ name: 'flip', defaultRuns: 40 }, async (runs) => {
  const flips = await measureFlips(runs);
  return {
    slotMs: SLOT_MS,
    confirmedToBatchMs: spread(flips.map((flip) => flip.confirmedToBatchMs)),
    sentToBatchMs: spread(flips.map((flip) => flip.sentToBatchMs)),
  };
});
