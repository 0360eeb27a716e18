/**
 * Proves: an operation that is ended at any point goes on with the step that was not done, and no step that is done runs again; what holds,
 * breaches or fails is written down as that; a newer operation stops an older one before its next step; one number is given once; a
 * journal changed by hand is refused; the lock is one process's and dies with it.
 * Does not prove: what the steps do (tests/rollout).
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { LockstepError } from '#client';
import { Held } from '../failure.ts';
import type { Operation } from './journal.ts';
import { changesFolder, Journal } from './journal.ts';
import { isLocked, locked } from './lock.ts';
import { runSteps } from './run.ts';
import type { Scene, Step } from './step.ts';
import { Breached } from './step.ts';

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'lockstep-journal-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const operation: Operation = {
  ...{ v: 1, kind: 'rollout', state: 'running', startedAt: '2026-11-21T00:00:00.000Z', by: 'me@here', reason: '' },
  ...{ target: { relayer: '0.2.0' }, previous: { relayer: '0.1.0', engine: '0.1.0' }, steps: [] },
};

const sceneWith =
  (signal = new AbortController().signal) =>
  (own: Pick<Scene, 'operation' | 'requireInCharge'>): Scene =>
    ({ ...own, desk: { signal, output: { say: () => {} } } }) as unknown as Scene;

const names = ['one', 'two', 'three', 'four'];

/** Steps that note that they ran; one of them throws. */
function stepsOf(ran: string[], failing?: string, error: Error = new Error('killed')): Step[] {
  return names.map((name) => ({
    name,
    title: name,
    async run() {
      ran.push(name);
      if (name === failing) throw error;
      return { of: name };
    },
  }));
}

for (const [index, failing] of names.entries()) {
  test(`ended in step ${failing}, it goes on there`, async (t) => {
    const journal = new Journal(folder(t));
    const entry = await journal.begin(operation);
    const first: string[] = [];
    await assert.rejects(runSteps({ journal, entry, steps: stepsOf(first, failing), scene: sceneWith() }), /killed/);
    assert.deepEqual(first, names.slice(0, index + 1));
    const left = await journal.read(entry.number);
    assert.equal(left.operation.state, 'failed');
    const second: string[] = [];
    const done = await runSteps({ journal, entry: left, steps: stepsOf(second), scene: sceneWith() });
    assert.deepEqual(second, names.slice(index));
    assert.equal(done.state, 'done');
    assert.deepEqual(
      done.steps.map(({ name, state, evidence }) => [name, state, evidence.of]),
      names.map((name) => [name, 'done', name]),
    );
  });
}

test('what stopped it is written down as what it is', async (t) => {
  const cases: readonly (readonly [Error, string, RegExp])[] = [
    [new Held('INCONCLUSIVE', 'too little', 'wait'), 'held', /INCONCLUSIVE: too little/],
    [new Breached('THRESHOLD_BREACHED', 'too much', 'back'), 'breached', /THRESHOLD_BREACHED: too much/],
    [new LockstepError('PAUSED', 'it is', 'unpause'), 'failed', /PAUSED: it is/],
  ];
  for (const [error, state, message] of cases) {
    const journal = new Journal(folder(t));
    const entry = await journal.begin(operation);
    const run = runSteps({ journal, entry, steps: stepsOf([], 'two', error), scene: sceneWith() });
    await assert.rejects(run, error);
    const { operation: left } = await journal.read(entry.number);
    assert.equal(left.state, state);
    assert.match(left.message ?? '', message);
  }
});

test('a newer operation stops an older one before its next step', async (t) => {
  const journal = new Journal(folder(t));
  const entry = await journal.begin(operation);
  const ran: string[] = [];
  const steps = stepsOf(ran).map((step) => ({
    ...step,
    async run(scene: Scene) {
      if (step.name === 'two') await journal.begin({ ...operation, kind: 'rollback' });
      return step.run(scene);
    },
  }));
  const run = runSteps({ journal, entry, steps, scene: sceneWith() });
  await assert.rejects(run, (error) => error instanceof LockstepError && error.code === 'SUPERSEDED');
  assert.deepEqual(ran, ['one', 'two']);
});

test('an interrupted operation stops before its next step', async (t) => {
  const journal = new Journal(folder(t));
  const entry = await journal.begin(operation);
  const stop = new AbortController();
  const ran: string[] = [];
  const steps = stepsOf(ran);
  const run = async () => {
    stop.abort(new Error('SIGINT'));
    return { of: 'one' };
  };
  steps[0] = { name: 'one', title: 'one', run };
  await assert.rejects(runSteps({ journal, entry, steps, scene: sceneWith(stop.signal) }), /SIGINT/);
  assert.deepEqual(ran, []);
});

test('numbers are given once, and the newest is found', async (t) => {
  const journal = new Journal(folder(t));
  const begun = await Promise.allSettled(Array.from({ length: 8 }, () => journal.begin(operation)));
  const numbers = begun.flatMap((one) => (one.status === 'fulfilled' ? [one.value.number] : []));
  assert.equal(new Set(numbers).size, numbers.length);
  assert.ok(numbers.length > 0);
  for (const one of begun) {
    if (one.status === 'rejected') assert.equal(one.reason.code, 'JOURNAL_BUSY');
  }
  assert.equal((await journal.newest())?.number, Math.max(...numbers));
});

test('the last rollout that changed anything is found behind others', async (t) => {
  const journal = new Journal(folder(t));
  await journal.begin(operation);
  await journal.begin({ ...operation, kind: 'rollback' });
  const found = await journal.findLast(({ kind }) => kind === 'rollout');
  assert.equal(found?.number, 1);
  assert.equal(await journal.findLast(({ by }) => by === 'nobody'), undefined);
});

test('a journal that was changed by hand is refused, whatever is in it', async (t) => {
  const site = folder(t);
  const journal = new Journal(site);
  await journal.begin(operation);
  const [name = ''] = readdirSync(changesFolder(site));
  for (const text of [
    '',
    '{',
    '[]',
    JSON.stringify({ ...operation, v: 2 }),
    JSON.stringify({ ...operation, steps: 7 }),
  ]) {
    writeFileSync(join(changesFolder(site), name), text);
    await assert.rejects(
      journal.newest(),
      (error) => error instanceof LockstepError && error.code === 'JOURNAL_UNREADABLE',
    );
  }
});

test('the lock is held by one process at a time, and of each kind', async (t) => {
  const site = folder(t);
  const unlock = await locked(site, 'rollout');
  assert.equal(await isLocked(site, 'rollout'), true);
  assert.equal(await isLocked(site, 'rollback'), false);
  await assert.rejects(
    locked(site, 'rollout'),
    (error) => error instanceof LockstepError && error.code === 'OPERATION_RUNNING',
  );
  const other = await locked(site, 'rollback');
  other();
  unlock();
  const again = await locked(site, 'rollout');
  again();
});
