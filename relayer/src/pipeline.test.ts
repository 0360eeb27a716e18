// Proves: a whole lane on fakes settles every id once and in order, through crashes at each write, lost pointers, forks, rejected and
// unreadable trades; a halted lane stops; a restart goes on exactly where the chain stands.
// Does not prove: Redis, BullMQ and a node; tests/relayer does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeBatch, sequence, slot, tradeId } from '#client';
import { newRow } from './domain/row.ts';
import { TransientError } from './errors.ts';
import { encodePayload } from './stages/encode/codec.ts';
import { fakeChain } from './testing/chain.ts';
import { rejects } from './testing/refuses.ts';
import { trades } from './testing/trades.ts';
import { ids, stream, world } from './testing/world.ts';

const never = new AbortController().signal;

test('every trade settles once, in order, and rows go when they are final', async () => {
  const w = world(stream(50));
  const run = w.start();
  await run.until(50, true);
  run.stop();
  await run.done;
  assert.deepEqual(w.settledIds(), ids(50));
  assert.equal(w.journal.rows.size, 0);
  assert.equal(w.journal.retired.length, 13);
  const status = run.progress.status();
  assert.equal(status.confirmed, 50);
  assert.equal(status.finalized, 50);
  assert.equal(status.pending, 0);
  assert.equal(status.nextSequence, 14n);
});

test('a restart after a stop goes on after the cursor', async () => {
  const w = world(stream(30));
  const first = w.start();
  await first.until(11);
  first.stop();
  await first.done;
  const second = w.start();
  await second.until(30);
  second.stop();
  await second.done;
  assert.deepEqual(w.settledIds(), ids(30));
});

test('killed in the middle of a batch, the next run finishes it', async () => {
  const w = world(stream(30));
  w.chain.onSend = () => 'drop';
  const first = w.start();
  await w.clock.sleep(1_000, new AbortController().signal);
  first.kill();
  first.stop();
  await first.done;
  w.chain.onSend = () => 'land';
  const second = w.start();
  await second.until(30);
  second.stop();
  await second.done;
  assert.deepEqual(w.settledIds(), ids(30));
});

test('a crash at any write loses and repeats nothing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 4 }), async (crashes) => {
      const w = world(stream(20));
      for (const writes of crashes) {
        let left = writes;
        w.journal.beforeWrite = () => {
          if (left === 0) throw new Error('crash');
          left -= 1;
        };
        const run = w.start();
        await Promise.race([run.done.catch(() => {}), run.until(20).catch(() => {})]);
        run.kill();
        run.stop();
        await run.done.catch(() => {});
      }
      w.journal.beforeWrite = () => {};
      const last = w.start();
      await last.until(20);
      last.stop();
      await last.done;
      assert.deepEqual(w.settledIds(), ids(20));
    }),
    { numRuns: 25 },
  );
});

test('a lost pointer is made up for by the next one, and by a restart', async () => {
  const w = world(stream(12));
  const first = w.start();
  first.queue.add = async () => {};
  await w.clock.sleep(2_000, new AbortController().signal);
  assert.deepEqual(w.settledIds(), []);
  first.stop();
  await first.done;
  const second = w.start();
  await second.until(12);
  second.stop();
  await second.done;
  assert.deepEqual(w.settledIds(), ids(12));
});

test('a queue that refuses pointers for a while is waited for', async () => {
  const w = world(stream(12));
  const run = w.start();
  run.queue.beforeAdd = () => {
    throw new TransientError('QUEUE_UNAVAILABLE', 'away');
  };
  await w.clock.sleep(3_000, new AbortController().signal);
  run.queue.beforeAdd = () => {};
  await run.until(12);
  run.stop();
  await run.done;
  assert.deepEqual(w.settledIds(), ids(12));
});

test('intake waits while the outbox is full', async () => {
  const w = world(stream(100));
  w.chain.refusing = 'Paused';
  const run = w.start();
  await w.clock.sleep(10_000, new AbortController().signal);
  assert.equal(run.progress.status().state, 'blocked');
  assert.equal(run.progress.status().blocked?.code, 'Paused');
  assert.equal(w.journal.rows.size, 3);
  w.chain.refusing = undefined;
  await run.until(100);
  run.stop();
  await run.done;
  assert.deepEqual(w.settledIds(), ids(100));
});

test('refused and unreadable trades are voided and listed, the others settle', async () => {
  const entries = stream(10);
  entries[4] = { tradeId: tradeId(5), schema: '1', payload: Uint8Array.of(0xff) };
  const w = world(entries);
  w.chain.refusedTrades.set(2n, 'SelfTrade');
  const run = w.start();
  await run.until(10);
  run.stop();
  await run.done;
  const voided = w.chain.settled.flatMap((payload) =>
    decodeBatch(payload)
      .trades.filter((one) => one.quantity === 0n)
      .map((one) => Number(one.tradeId)),
  );
  assert.deepEqual(w.settledIds(), ids(10));
  assert.deepEqual(voided, [2, 5]);
  const codes = new Map(run.progress.status().rejected.map((one) => [Number(one.tradeId), one.code]));
  assert.deepEqual(
    codes,
    new Map([
      [2, 'SelfTrade'],
      [5, 'TRADE_MALFORMED'],
    ]),
  );
  assert.deepEqual([...w.journal.rejections.keys()].sort(), [2n, 5n]);
});

test('a fork takes landed batches back: they settle again, in order', async () => {
  const w = world(stream(12));
  const run = w.start();
  await run.until(12);
  const landedBefore = w.chain.settled.length;
  w.chain.forkBackTo(0n);
  await w.clock.sleep(5_000, new AbortController().signal);
  await run.until(12, true);
  run.stop();
  await run.done;
  const again = w.chain.settled.slice(landedBefore);
  assert.deepEqual(
    again.flatMap((payload) => decodeBatch(payload).trades.map((one) => Number(one.tradeId))),
    ids(12),
  );
  assert.ok((run.metrics.counters.get('batches_reopened') ?? 0) >= 3);
});

test('a fork takes a batch back while the next one is on the wire: neither is signed with another payload', async () => {
  const w = world(stream(8));
  w.chain.onSend = (signature) => (signature === 'signature-2' ? 'drop' : 'land');
  const run = w.start();
  await run.until(4);
  await w.clock.sleep(1_000, new AbortController().signal);
  w.chain.forkBackTo(0n);
  w.chain.refusedTrades.set(6n, 'SelfTrade');
  await run.until(8, true);
  run.stop();
  await run.done;
  const [first, ...again] = w.chain.settled;
  assert.deepEqual(again[0], first);
  assert.deepEqual(
    again.flatMap((payload) => decodeBatch(payload).trades.map((one) => Number(one.tradeId))),
    ids(8),
  );
  assert.deepEqual(
    w.journal.retired[1]?.attempts.map((one) => one.outcome),
    ['expired', 'live'],
    'the earlier attempt died before another payload was signed',
  );
});

test('a schema that is not spoken halts the lane after what is before it', async () => {
  const entries = stream(9);
  entries[8] = { tradeId: tradeId(9), schema: '3', payload: Uint8Array.of(0) };
  const w = world(entries);
  const run = w.start();
  await rejects('SCHEMA_UNKNOWN', run.done);
  await rejects('SCHEMA_UNKNOWN', run.until(9));
  assert.ok(w.settledIds().length <= 8);
});

test('a halted batch halts the lane, and waiting for it', async () => {
  const w = world(stream(9));
  w.chain.refusing = 'TreeFull';
  const run = w.start();
  const waiting = rejects('PROGRAM_REFUSED', run.until(9));
  await rejects('PROGRAM_REFUSED', run.done);
  await waiting;
});

test('after a foreign settlement a start waits for a person, then drops what can never land and goes on', async () => {
  const w = world(stream(20));
  w.chain.onSend = () => 'drop';
  const first = w.start();
  await w.clock.sleep(1_000, new AbortController().signal);
  const foreign = trades(1, 2).map((one) => ({ ...one, buyer: 9 }));
  w.chain.settleForeign(encodePayload({ version: 1, trades: foreign }, sequence(1)).data);
  await rejects('FOREIGN_SETTLEMENT', first.done);
  w.chain.onSend = () => 'land';

  await w.journal.markHalted('sequence 1 is foreign');
  await rejects('FOREIGN_SETTLEMENT', w.start().done, /sequence 1 is foreign; .* acknowledge/);
  w.journal.mark = { reason: 'looked at', acknowledged: true, acknowledge: '' };
  const second = w.start();
  await second.until(20);
  second.stop();
  await second.done;
  assert.deepEqual(w.settledIds(), ids(20));
  assert.equal(w.journal.mark, undefined);
});

test('a journal of another chain halts instead of settling out of order', async () => {
  const w = world(stream(9));
  const other = fakeChain(w.clock, { nextSequence: 5, lastTradeId: 20 });
  const row = newRow(1, trades(21, 24));
  other.onSend = () => 'drop';
  const signed = await other.sign(new Uint8Array(1), 1, []);
  await w.journal.save({ ...row, attempts: [{ ...signed, digest: 'aa', outcome: 'live' }] });
  const run = w.start();
  await rejects('CHAIN_BEHIND_JOURNAL', run.done, /expects trade 1/);
  assert.deepEqual(w.settledIds(), []);
});

test('a small batch waits until the program takes it', async () => {
  const w = world(stream(6));
  w.chain.rulesNow = { ...w.chain.rulesNow, minBatchSize: 4, maxBatchAgeSlots: slot(50) };
  const run = w.start();
  await run.until(4);
  await w.clock.sleep(5_000, new AbortController().signal);
  assert.deepEqual(w.settledIds(), ids(4));
  await run.until(6);
  run.stop();
  await run.done;
  assert.deepEqual(w.settledIds(), ids(6));
});

test('every loop of a lane turns while it has nothing to do, and one that hangs is named', async () => {
  const w = world(stream(8));
  const run = w.start();
  await run.until(8);
  await w.clock.sleep(3_600_000, never);
  assert.equal(run.heartbeats.stuck(), undefined);
  w.chain.rules = () => new Promise(() => {});
  await w.clock.sleep(60_000, never);
  assert.equal(run.heartbeats.stuck()?.loop, 'rules');
  run.kill();
  run.stop();
  await run.done;
  assert.equal(run.heartbeats.stuck(), undefined);
});

test('a lane that waits for the cluster, the program or the queue is alive', async () => {
  const w = world(stream(40));
  for (const method of ['market', 'rules', 'simulate', 'statuses', 'heights'] as const) w.chain.silent.add(method);
  const run = w.start();
  await w.clock.sleep(600_000, never);
  assert.equal(run.progress.status().state, 'waiting');
  assert.equal(run.heartbeats.stuck(), undefined);
  w.chain.silent.clear();
  w.chain.refusing = 'Paused';
  await w.clock.sleep(600_000, never);
  assert.equal(run.progress.status().blocked?.code, 'Paused');
  assert.equal(run.heartbeats.stuck(), undefined);
  w.chain.refusing = undefined;
  run.queue.beforeAdd = () => {
    throw new TransientError('QUEUE_UNAVAILABLE', 'away');
  };
  await w.clock.sleep(600_000, never);
  assert.equal(run.heartbeats.stuck(), undefined);
  run.queue.beforeAdd = () => {};
  await run.until(40);
  run.stop();
  await run.done;
});

test('a batch that nobody takes up is noticed', async () => {
  const w = world(stream(4));
  const run = w.start();
  run.queue.add = async () => {};
  run.queue.rebuild = async () => {};
  await w.clock.sleep(60_000, never);
  assert.equal(run.heartbeats.stuck()?.loop, 'settle');
  run.kill();
  run.stop();
  await run.done;
});

test('paused while idle: shown at once, and gone at once', async () => {
  const w = world(stream(4));
  const run = w.start();
  await run.until(4);
  w.chain.rulesNow = { ...w.chain.rulesNow, isPaused: true };
  await w.clock.sleep(1_500, new AbortController().signal);
  assert.equal(run.progress.status().state, 'blocked');
  assert.equal(run.progress.status().blocked?.code, 'Paused');
  w.chain.rulesNow = { ...w.chain.rulesNow, isPaused: false };
  await w.clock.sleep(1_500, new AbortController().signal);
  assert.equal(run.progress.status().state, 'running');
  run.stop();
  await run.done;
});
