// Proves: the first failure stops the rest and is the one that is thrown; leaving because one was told to is no failure.
// Does not prove: that a stage leaves when told; each stage's own test does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTasks } from './tasks.ts';

const told = () => ({ stopping: new AbortController(), abort: new AbortController() });
const signals = ({ stopping, abort }: ReturnType<typeof told>) => ({ stopping: stopping.signal, abort: abort.signal });
const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

test('a failure stops the others and is thrown', async () => {
  const tasks = createTasks(signals(told()));
  await tasks.untilStopped([untilAborted(tasks.stopping), Promise.reject(new Error('first'))]);
  assert.ok(tasks.stopping.aborted);
  assert.throws(() => tasks.throwIfFailed(), /first/);
});

test('a failure in work counts too, and no work is started after it', async () => {
  const tasks = createTasks(signals(told()));
  await tasks.run(() => Promise.reject(new Error('first')));
  await tasks.run(() => assert.fail('was run'));
  assert.throws(() => tasks.throwIfFailed(), /first/);
});

test('the second failure does not replace the first', async () => {
  const tasks = createTasks(signals(told()));
  await tasks.untilStopped([Promise.reject(new Error('first')), Promise.reject(new Error('second'))]);
  assert.throws(() => tasks.throwIfFailed(), /first/);
});

test('being told to stop is no failure', async () => {
  const by = told();
  const tasks = createTasks(signals(by));
  by.stopping.abort(new Error('stop'));
  await tasks.untilStopped([Promise.reject(by.stopping.signal.reason)]);
  tasks.throwIfFailed();
});

test('a failure while stopping still counts', async () => {
  const by = told();
  const tasks = createTasks(signals(by));
  by.stopping.abort(new Error('stop'));
  await tasks.untilStopped([Promise.reject(new Error('late'))]);
  assert.throws(() => tasks.throwIfFailed(), /late/);
});

test('after an abort nothing counts', async () => {
  const by = told();
  const tasks = createTasks(signals(by));
  by.abort.abort();
  await tasks.run(() => Promise.reject(new Error('connection closed')));
  tasks.throwIfFailed();
});

test('told before it began', () => {
  const by = told();
  by.stopping.abort(new Error('stop'));
  assert.ok(createTasks(signals(by)).stopping.aborted);
});
