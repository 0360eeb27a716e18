// Proves: two seeded histories of kills, an emptied or restarted Redis, strangers in the stream and an unreliable node leave every id
// on-chain as the input says. `npm run chaos` tries as many more as there is time for.
// Does not prove: that these are the worst histories; each single kind is tried alone in tests/e2e.
import { test } from 'node:test';
import { runChaos } from './chaos.ts';

const DEEDS = 8;

for (const seed of ['fixed 1', 'fixed 2']) {
  test(`seed ${seed}`, async (t) => {
    await runChaos({ seed, deeds: DEEDS, say: (line) => t.diagnostic(line) });
  });
}
