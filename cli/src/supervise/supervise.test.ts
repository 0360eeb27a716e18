// Proves: a part that ends is started again at once, then slower, and given up after too many endings; an ending that needs a person
// ends the run; a stop at any moment leaves nothing started.
// Does not prove: that a real process is watched (tests/start/kills.test.ts).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LockstepError } from '#client';
import { patienceWithFailures, WINDOW_MS } from './patience.ts';
import type { Ending, Part } from './supervise.ts';
import { supervise } from './supervise.ts';

/** A part that ends when it is told to. */
function fakePart(pid: number): Part & { end(ending: Ending): void } {
  let end: (ending: Ending) => void = () => undefined;
  const ended = new Promise<Ending>((resolve) => {
    end = resolve;
  });
  return { pid, ended, end: (ending) => end(ending), stop: async () => end({ how: 'stop' }) };
}

function stage(failStarts = 0) {
  const parts: ReturnType<typeof fakePart>[] = [];
  const lines: string[] = [];
  const failures: unknown[] = [];
  let attempts = 0;
  const start = async () => {
    attempts += 1;
    if (attempts > 1 && attempts <= 1 + failStarts) throw new Error('the port is taken');
    const part = fakePart(attempts);
    parts.push(part);
    return part;
  };
  const supervised = supervise({
    name: 'part',
    start,
    say: (line) => void lines.push(line),
    fail: (error) => void failures.push(error),
  });
  return { parts, lines, failures, supervised };
}

const until = async (isTrue: () => boolean) => {
  while (!isTrue()) await new Promise((resolve) => setImmediate(resolve));
};

test('starts a part again, and says so', async () => {
  const { parts, lines, supervised } = stage();
  const { stop } = await supervised;
  parts[0]?.end({ how: 'SIGKILL' });
  await until(() => lines.length === 2);
  assert.deepEqual(lines, ['part (pid 1) ended by SIGKILL, starting it again', 'part runs again (pid 2)']);
  assert.equal((await supervised).pid, 2);
  await stop();
});

test('a start that fails is tried again', async () => {
  const { parts, lines, supervised } = stage(2);
  const { stop } = await supervised;
  parts[0]?.end({ how: 'SIGKILL' });
  await until(() => parts.length === 2);
  assert.equal(lines.filter((line) => line === 'part did not start: the port is taken').length, 2);
  await stop();
});

test('what needs a person is not started again', async () => {
  const { parts, failures, supervised } = stage();
  await supervised;
  const fatal = new LockstepError('FOREIGN_SETTLEMENT', 'somebody else settles', 'Stop it.');
  parts[0]?.end({ how: 'FOREIGN_SETTLEMENT', fatal });
  await until(() => failures.length > 0);
  assert.deepEqual(failures, [fatal]);
  assert.equal(parts.length, 1);
});

test('a stop starts nothing again and tells nothing', async () => {
  const { parts, lines, failures, supervised } = stage();
  await (await supervised).stop();
  assert.deepEqual([parts.length, lines, failures], [1, [], []]);
});

test('one that is killed again and again is started each time', async () => {
  const { parts, failures, supervised } = stage();
  const { stop } = await supervised;
  for (let kill = 1; kill <= 20; kill += 1) {
    parts.at(-1)?.end({ how: 'SIGKILL', isKill: true });
    await until(() => parts.length === kill + 1);
  }
  assert.deepEqual(failures, []);
  await stop();
});

test('waits longer each time, and gives up', () => {
  const failures = patienceWithFailures();
  const waits = Array.from({ length: failures.tooMany }, () => failures.waitAfter(1_000));
  assert.equal(waits[0], 0);
  assert.ok(waits.slice(1, -1).every((wait, at) => wait !== undefined && wait >= (waits[at] ?? 0)));
  assert.equal(waits.at(-1), undefined);
});

test('what happened before the window does not count', () => {
  const failures = patienceWithFailures();
  for (let at = 0; at < 50; at += 1) assert.equal(failures.waitAfter(at * (WINDOW_MS + 1)), 0);
});

test('a part that fails again and again ends the run', async () => {
  const { failures, supervised, parts } = stage(100);
  await supervised;
  parts[0]?.end({ how: 'exit code 1' });
  await until(() => failures.length > 0);
  assert.equal((failures[0] as LockstepError).code, 'PROCESS_KEEPS_ENDING');
});
