// Proves: the lane writes what the config allows, live; each id settles once and in order through every flip; what was signed in a
// version that is switched off is written anew once it can't land, in pieces where it must be; a trade that only V2 can say waits
// for it by name, and nothing overtakes it.
// Does not prove: that a real program and node agree; tests/relayer/versions.test.ts does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeBatch, tradeId } from '#client';
import { until } from '../../tests/support/until.ts';
import { batchKeyOf } from './domain/row.ts';
import { ids, marketOrder, stream, world } from './testing/world.ts';

type World = ReturnType<typeof world>;

const allow = (w: World, ...allowedVersions: number[]) => {
  w.chain.rulesNow = { ...w.chain.rulesNow, allowedVersions };
};
const settledVersions = (w: World) => w.chain.settled.map((payload) => decodeBatch(payload).version);

test('with both allowed, every batch is V2 and names the one before it', async () => {
  const w = world(stream(12));
  allow(w, 1, 2);
  const run = w.start();
  await run.until(12, true);
  assert.deepEqual(settledVersions(w), [2, 2, 2]);
  assert.deepEqual(w.settledIds(), ids(12));
  run.stop();
  await run.done;
});

test('a start goes on from what the chain took last', async () => {
  const w = world(stream(12));
  allow(w, 2);
  const first = w.start();
  await first.until(4);
  first.stop();
  await first.done;
  const second = w.start();
  await second.until(12);
  assert.deepEqual(w.settledIds(), ids(12));
  second.stop();
  await second.done;
});

test('each id settles once and in order while the versions are switched to and fro', async () => {
  const w = world(stream(120));
  const run = w.start();
  for (const [last, versions] of [
    [20, [1, 2]],
    [45, [2]],
    [70, [1, 2]],
    [90, [1]],
  ] as const) {
    await run.until(last);
    allow(w, ...versions);
  }
  await run.until(120, true);
  assert.deepEqual(w.settledIds(), ids(120));
  assert.deepEqual([...new Set(settledVersions(w))], [1, 2]);
  assert.deepEqual(w.chain.violations, []);
  run.stop();
  await run.done;
});

test('what was signed as V1 is written as V2 when V1 is switched off, once it can not land any more', async () => {
  const w = world(stream(4));
  w.chain.onSend = () => 'drop';
  const run = w.start();
  await until(() => w.chain.sent.length > 0);
  allow(w, 2);
  w.chain.onSend = (signature) => (signature === 'signature-1' ? 'drop' : 'land');
  await run.until(4, true);
  assert.deepEqual(settledVersions(w), [2]);
  assert.deepEqual(w.settledIds(), ids(4));
  assert.deepEqual(w.chain.violations, []);
  run.stop();
  await run.done;
});

test('a V2 batch too large for V1 goes in pieces when V2 is switched off, and the ones behind it follow', async () => {
  const w = world(stream(100));
  allow(w, 1, 2);
  w.chain.refusing = 'Paused';
  const run = w.start({ maxBatchTrades: 80 });
  await until(() => w.journal.rows.size === 2);
  assert.deepEqual(
    [...w.journal.rows.values()].map((row) => row.version),
    [2, 2],
  );
  allow(w, 1);
  w.chain.refusing = undefined;
  await run.until(100, true);
  assert.deepEqual(settledVersions(w), [1, 1, 1, 1]);
  assert.deepEqual(w.settledIds(), ids(100));
  run.stop();
  await run.done;
});

test('a trade that only V2 can say blocks its lane by name while V2 is off, and goes first when it is on', async () => {
  const w = world([...stream(5), marketOrder(6), ...stream(9).slice(6)]);
  const run = w.start();
  await run.until(5);
  await until(() => run.progress.status().blocked?.code === 'V2_ONLY_TRADE');
  const { state, blocked } = run.progress.status();
  assert.equal(state, 'blocked');
  assert.match(blocked?.reason ?? '', /trade 6 .*version 2/);
  assert.equal(run.metrics.gauges.get('blocked_v2_only'), 1);
  await until(() => w.journal.rows.has(batchKeyOf(tradeId(6))));
  assert.deepEqual(w.settledIds(), ids(5));
  allow(w, 1, 2);
  await run.until(9, true);
  assert.deepEqual(w.settledIds(), ids(9));
  assert.equal(run.progress.status().blocked, undefined);
  assert.equal(run.metrics.gauges.get('blocked_v2_only'), 0);
  run.stop();
  await run.done;
});

test('a fork that takes back what a signed V2 batch names: it is written anew, and each id is on-chain once', async () => {
  const w = world(stream(8));
  allow(w, 2);
  const run = w.start();
  await run.until(4);
  const before = w.chain.slotNow();
  await run.until(8);
  w.chain.forkBackTo(before - 40n);
  await until(() => w.chain.canonical().length === 2);
  await run.until(8, true);
  const settled = w.chain
    .canonical()
    .flatMap((payload) => decodeBatch(payload).trades.map((one) => Number(one.tradeId)));
  assert.deepEqual(settled, ids(8));
  assert.deepEqual(w.chain.violations, []);
  run.stop();
  await run.done;
});

test('what the program passed over is a letter when it is final, and is not sent again', async () => {
  const w = world(stream(8));
  allow(w, 2);
  w.chain.refusedTrades.set(3n, 'InsufficientQuote');
  const run = w.start();
  await run.until(8, true);
  assert.deepEqual(w.settledIds(), ids(8));
  assert.deepEqual(
    run.progress.status().rejected.map(({ tradeId: id, code }) => [id, code]),
    [[3n, 'InsufficientQuote']],
  );
  assert.equal(w.journal.rejections.get(3n)?.trade?.quantity, 5n);
  run.stop();
  await run.done;
});
