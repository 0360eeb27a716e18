// Proves: what operators ask of a lane holds live and from the claim on, also while settlement is paused: rows of a higher version are
// written anew once nothing of them can land, none is added, and the answer says so; what is cut for V1 is sent when the config says;
// order types are given up only up to the trade that was named; a control that makes no sense changes nothing.
// Does not prove: what stands in Redis (tests/relayer/lane-control.test.ts).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeBatch, OrderType, tradeId } from '#client';
import { until } from '../../tests/support/until.ts';
import { LaneRestart } from './errors.ts';
import { ids, marketOrder, stream, world } from './testing/world.ts';

type World = ReturnType<typeof world>;

const rules = (w: World, changes: Partial<World['chain']['rulesNow']>) => {
  w.chain.rulesNow = { ...w.chain.rulesNow, ...changes };
};
const BOTH = { allowedVersions: [1, 2] };
const ask = (w: World, wish: { readonly maxVersion?: number; readonly asV1To?: number }, request = 'r1') => {
  const { asV1To, ...rest } = wish;
  const upTo = asV1To === undefined ? {} : { asV1To: tradeId(asV1To) };
  w.wishes.reading = { control: { request, ...rest, ...upTo, by: 'ops', reason: 'rollback' } };
};
const isInEffect = (w: World, request: string, v2Rows: number) => {
  const { effective, rows } = w.wishes.answers.at(-1) ?? {};
  return effective?.control?.request === request && rows?.[2] === v2Rows;
};
const settledVersions = (w: World) => w.chain.settled.map((payload) => decodeBatch(payload).version);
const rowVersions = (w: World) => [...w.journal.rows.values()].map((row) => row.version);

test('while paused, every row of V2 is written anew, and settles as V1 after', async () => {
  const w = world(stream(30));
  rules(w, { ...BOTH, isPaused: true });
  const run = w.start({ maxBatchTrades: 10 });
  await until(() => w.journal.rows.size === 3);
  assert.deepEqual(rowVersions(w), [2, 2, 2]);
  assert.deepEqual(run.progress.status().rowsByVersion, { 1: 0, 2: 3 });
  ask(w, { maxVersion: 1 });
  await until(() => isInEffect(w, 'r1', 0));
  assert.ok(rowVersions(w).every((version) => version === 1));
  assert.deepEqual(run.progress.status().control, { request: 'r1', maxVersion: 1 });
  assert.equal(run.progress.status().rowsByVersion[2], 0);
  assert.equal(run.progress.status().blocked?.code, 'Paused');
  rules(w, { isPaused: false });
  await run.until(30, true);
  assert.deepEqual([...new Set(settledVersions(w))], [1]);
  assert.deepEqual(w.settledIds(), ids(30));
  run.stop();
  await run.done;
});

for (const [how, onSend] of [
  ['failed, because settlement was paused', 'land'],
  ['ran out of blocks', 'drop'],
] as const) {
  test(`while paused, a signed V2 batch is written anew once its attempt ${how} for good`, async () => {
    const w = world(stream(8));
    rules(w, BOTH);
    w.chain.onSend = () => 'drop';
    const run = w.start();
    await until(() => w.chain.sent.length > 0);
    rules(w, { isPaused: true });
    w.chain.onSend = () => onSend;
    ask(w, { maxVersion: 1 });
    await until(() => isInEffect(w, 'r1', 0));
    assert.deepEqual(w.chain.settled, []);
    w.chain.onSend = () => 'land';
    rules(w, { isPaused: false });
    await run.until(8, true);
    assert.deepEqual(w.settledIds(), ids(8));
    assert.deepEqual([...new Set(settledVersions(w))], [1]);
    assert.deepEqual(w.chain.violations, []);
    run.stop();
    await run.done;
  });
}

test('a V2 batch that lands all the same stays, and counts until it is final', async () => {
  const w = world(stream(4));
  rules(w, BOTH);
  w.chain.onSend = () => {
    ask(w, { maxVersion: 1 });
    return 'land';
  };
  const run = w.start();
  await run.until(4, true);
  await until(() => isInEffect(w, 'r1', 0));
  assert.equal(w.journal.retired.length, 1);
  const counted = w.wishes.answers.filter(({ effective }) => effective.control).map(({ rows }) => rows[2]);
  assert.deepEqual([...new Set(counted)], [1, 0]);
  assert.deepEqual(settledVersions(w), [2]);
  run.stop();
  await run.done;
});

test('a V2 batch that is still open when it is asked for becomes rows of V1', async () => {
  const w = world(stream(3));
  rules(w, BOTH);
  const run = w.start({ maxBatchAgeMs: 60_000 });
  await until(() => run.progress.status().decoded === 3);
  ask(w, { maxVersion: 1 });
  await run.until(3);
  assert.deepEqual(
    w.journal.saved.filter(({ version }) => version === 2),
    [],
  );
  assert.deepEqual(settledVersions(w), [1]);
  run.stop();
  await run.done;
});

test('it holds from the claim on, and for as long as it is asked for', async () => {
  const w = world(stream(40));
  rules(w, { ...BOTH, isPaused: true });
  const first = w.start();
  await until(() => w.journal.rows.size === 3);
  first.stop();
  await first.done;
  ask(w, { maxVersion: 1 });
  rules(w, { isPaused: false });
  const second = w.start();
  await second.until(20);
  assert.deepEqual([...new Set(settledVersions(w))], [1]);
  w.wishes.reading = {};
  await second.until(40);
  assert.deepEqual(w.settledIds(), ids(40));
  assert.equal(settledVersions(w).at(-1), 2);
  assert.equal(second.progress.status().control, undefined);
  second.stop();
  await second.done;
});

test('where the config allows V2 alone, what is cut for V1 waits for the config by name', async () => {
  const w = world(stream(4));
  rules(w, { allowedVersions: [2] });
  ask(w, { maxVersion: 1 });
  const run = w.start();
  await until(() => run.progress.status().blocked?.code === 'VersionNotAllowed');
  await until(() => w.journal.rows.size === 1);
  assert.deepEqual(rowVersions(w), [1]);
  assert.deepEqual(w.chain.sent, []);
  rules(w, BOTH);
  await run.until(4);
  assert.deepEqual(settledVersions(w), [1]);
  run.stop();
  await run.done;
});

test('order types are given up to the trade that was named, in rows and from the stream; the next one waits', async () => {
  const w = world([marketOrder(1), ...stream(5).slice(1), marketOrder(6), ...stream(8).slice(6), marketOrder(9)]);
  rules(w, { ...BOTH, isPaused: true });
  const run = w.start({ maxBatchTrades: 5 });
  await until(() => rowVersions(w).length === 2 && rowVersions(w).every((version) => version === 2));
  ask(w, { maxVersion: 1 });
  await until(() => isInEffect(w, 'r1', 2));
  rules(w, { isPaused: false });
  await until(() => run.progress.status().blocked?.code === 'V2_ONLY_TRADE');
  ask(w, { maxVersion: 1, asV1To: 6 }, 'r2');
  await run.until(8);
  await until(() => run.progress.status().blocked?.code === 'V2_ONLY_TRADE');
  assert.deepEqual(w.settledIds(), ids(8));
  assert.deepEqual([...new Set(settledVersions(w))], [1]);
  assert.equal(run.metrics.counters.get('trades_as_v1'), 2);
  assert.deepEqual(run.progress.status().control, { request: 'r2', maxVersion: 1, asV1To: 6n });
  w.wishes.reading = {};
  await run.until(9);
  const last = decodeBatch(w.chain.settled.at(-1) ?? assert.fail()).trades[0] ?? assert.fail();
  assert.equal('orderType' in last && last.orderType, OrderType.Market);
  run.stop();
  await run.done;
});

test('trades from the stream lose nothing where V2 may be written', async () => {
  const w = world([marketOrder(1), ...stream(4).slice(1)]);
  rules(w, BOTH);
  ask(w, { asV1To: 4 });
  const run = w.start();
  await run.until(4);
  assert.deepEqual(settledVersions(w), [2]);
  assert.equal(run.metrics.counters.get('trades_as_v1'), undefined);
  run.stop();
  await run.done;
});

test('begun under it, trades from the stream lose what V1 can not say', async () => {
  const w = world([...stream(2), marketOrder(3), ...stream(8).slice(3)]);
  ask(w, { asV1To: 8 });
  const run = w.start();
  await run.until(8);
  assert.deepEqual(w.settledIds(), ids(8));
  assert.equal(run.metrics.counters.get('trades_as_v1'), 1);
  run.stop();
  await run.done;
});

test('a control that makes no sense is named, holds nothing, and what was in effect stays', async () => {
  const w = world(stream(12));
  rules(w, BOTH);
  ask(w, { maxVersion: 1 });
  const run = w.start();
  await run.until(4);
  w.wishes.reading = { ignored: 'max_version "0" is no batch version' };
  await until(() => w.wishes.answers.at(-1)?.effective.ignored !== undefined);
  const { control, state } = run.progress.status();
  assert.deepEqual(control, { request: 'r1', maxVersion: 1, ignored: 'max_version "0" is no batch version' });
  assert.equal(state, 'running');
  await run.until(12);
  assert.deepEqual([...new Set(settledVersions(w))], [1]);
  run.stop();
  await run.done;
});

test('a lane whose key is replaced is given up: at once when idle, or after what is on the wire', async () => {
  const w = world(stream(8));
  const idle = w.start();
  await idle.until(8);
  rules(w, { isActive: false, activeRelayer: 'the new one' });
  await assert.rejects(idle.done, (error) => error instanceof LaneRestart && /the new one/.test(error.message));

  const other = world(stream(8));
  other.chain.onSend = () => 'drop';
  const busy = other.start();
  await until(() => other.chain.sent.length > 0);
  rules(other, { isActive: false });
  other.chain.onSend = () => 'land';
  await assert.rejects(busy.done, LaneRestart);
  const [attempt] = [...other.journal.rows.values()][0]?.attempts ?? [];
  assert.ok(attempt !== undefined);
  // Whoever has the key now goes on from the row, with the same payload.
  rules(other, { isActive: true });
  const next = other.start();
  await next.until(8);
  assert.deepEqual(other.settledIds(), ids(8));
  assert.deepEqual(other.chain.violations, []);
  next.stop();
  await next.done;
});

test('while paused, or while the config can not be read, a lane is kept', async () => {
  const w = world(stream(8));
  const run = w.start();
  await run.until(8);
  rules(w, { isActive: false, isPaused: true });
  await until(() => run.progress.status().blocked?.code === 'Paused');
  const reads = () => w.chain.calls.filter((method) => method === 'rules').length;
  const before = reads();
  await until(() => reads() > before + 2);
  w.chain.silent.add('rules');
  rules(w, { isPaused: false });
  const silentBefore = reads();
  await until(() => reads() > silentBefore + 2);
  assert.equal(run.progress.status().state, 'blocked');
  w.chain.silent.clear();
  await assert.rejects(run.done, LaneRestart);
});
