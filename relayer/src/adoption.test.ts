// Proves: on fakes, a batch whose row was lost (Redis emptied while it was on the wire) lands, is recognised, and the lane goes on after
// it: every id on-chain once, whatever ranges the new rows had; and a payload that is not the engine's halts.
// Does not prove: that the restarted run is the same process; lane.test.ts and tests/e2e do.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeBatch, sequence } from '#client';
import { LaneRestart } from './errors.ts';
import { encodePayload } from './stages/encode/codec.ts';
import { rejects } from './testing/refuses.ts';
import { trades } from './testing/trades.ts';
import { ids, stream, world } from './testing/world.ts';

const never = new AbortController().signal;
const canonicalIds = (w: ReturnType<typeof world>) =>
  w.chain.canonical().flatMap((payload) => decodeBatch(payload).trades.map((one) => Number(one.tradeId)));

/** Runs as a lane does: a run that asks for it is followed by the next one. */
async function runToEnd(w: ReturnType<typeof world>, last: number, settings: { maxBatchTrades: number }) {
  for (;;) {
    const run = w.start(settings);
    const isThere = run.until(last, true).then(() => true);
    const restarts = run.done.then(
      () => assert.fail('a run ended by itself'),
      (error) => (error instanceof LaneRestart ? false : Promise.reject(error)),
    );
    restarts.catch(() => {});
    isThere.catch(() => {});
    if (await Promise.race([isThere, restarts])) {
      run.stop();
      return run.done;
    }
    run.kill();
  }
}

test('rows lost while a batch was on the wire, new rows of other sizes: every id once', async () => {
  const lost = fc.record({
    before: fc.integer({ min: 1, max: 8 }),
    after: fc.integer({ min: 1, max: 8 }),
    landsAfterMs: fc.integer({ min: 0, max: 20_000 }),
  });
  await fc.assert(
    fc.asyncProperty(lost, async ({ before, after, landsAfterMs }) => {
      const w = world(stream(30));
      w.chain.onSend = () => 'drop';
      const first = w.start({ maxBatchTrades: before });
      await w.clock.sleep(2_000, never);
      first.stop();
      first.kill();
      await first.done;
      w.journal.rows.clear();
      const landing = w.clock.sleep(landsAfterMs, never).then(() => {
        w.chain.land('signature-1');
        w.chain.onSend = () => 'land';
      });
      await runToEnd(w, 30, { maxBatchTrades: after });
      await landing;
      assert.deepEqual(canonicalIds(w), ids(30));
    }),
    { numRuns: 60 },
  );
});

test('a payload that is not the engine’s halts, after what it names', async () => {
  const w = world(stream(12));
  w.chain.onSend = () => 'drop';
  const run = w.start();
  await w.clock.sleep(1_000, never);
  const [one, ...others] = trades(1, 3);
  assert.ok(one !== undefined);
  w.chain.settleForeign(encodePayload({ version: 1, trades: [{ ...one, buyer: 9 }, ...others] }, sequence(1)).data);
  await rejects('FOREIGN_SETTLEMENT', run.done, /another trade 1 than the engine sent/);
});
