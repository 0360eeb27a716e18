// Proves: a loop that stops turning is named, the most silent first; one that waits, rests, ended or is excused is not; a run that
// hangs is forgotten with its group.
// Does not prove: that each loop of a lane is watched (pipeline.test.ts, tests/relayer/http.test.ts).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock } from '../testing/clock.ts';
import { createHeartbeats } from './heartbeats.ts';

const LIVE_MS = 1_000;
const hung = () => new Promise<never>(() => {});
function make() {
  const clock = fakeClock();
  return { clock, beats: createHeartbeats(clock, LIVE_MS) };
}

test('a loop that hangs is stuck, from its last turn on', () => {
  const { clock, beats } = make();
  const pulse = beats.pulse('one');
  clock.advance(5_000);
  assert.equal(beats.stuck(), undefined, 'it has not begun');
  void pulse.during(hung);
  clock.advance(999);
  assert.equal(beats.stuck(), undefined);
  clock.advance(1);
  assert.deepEqual(beats.stuck(), { loop: 'one', silentMs: 1_000 });
  pulse.turn();
  assert.equal(beats.stuck(), undefined);
});

test('the most silent loop is named', () => {
  const { clock, beats } = make();
  void beats.pulse('late').during(hung);
  clock.advance(100);
  void beats.pulse('later').during(hung);
  clock.advance(2_000);
  assert.equal(beats.stuck()?.loop, 'late');
});

test('a sleep is a turn, however long; what follows it counts again', async () => {
  const { clock, beats } = make();
  const pulse = beats.pulse('sleeper');
  const woken = pulse.during(async () => {
    await pulse.clock.sleep(60_000, new AbortController().signal);
    return hung();
  });
  await clock.sleep(59_000, new AbortController().signal);
  assert.equal(beats.stuck(), undefined);
  await clock.sleep(2_500, new AbortController().signal);
  assert.equal(beats.stuck()?.loop, 'sleeper');
  void woken;
});

test('who rests is not watched, and counts anew afterwards', async () => {
  const { clock, beats } = make();
  const pulse = beats.pulse('one');
  let wake = () => {};
  const rested = new Promise<void>((resolve) => {
    wake = resolve;
  });
  void pulse.during(async () => {
    await pulse.resting(() => rested);
    return hung();
  });
  clock.advance(5_000);
  assert.equal(beats.stuck(), undefined);
  wake();
  await rested;
  await new Promise(setImmediate);
  assert.equal(beats.stuck(), undefined);
  clock.advance(1_000);
  assert.equal(beats.stuck()?.loop, 'one');
});

test('a loop that ended, well or not, is not watched', async () => {
  const { clock, beats } = make();
  await beats.pulse('one').during(async () => {});
  await assert.rejects(beats.pulse('other').during(() => Promise.reject(new Error('no'))));
  clock.advance(5_000);
  assert.equal(beats.stuck(), undefined);
});

test('work that lies there must be taken up', () => {
  const { clock, beats } = make();
  let work = 0;
  const pulse = beats.pulse('worker', () => work > 0);
  clock.advance(5_000);
  assert.equal(beats.stuck(), undefined);
  work = 1;
  pulse.turn();
  clock.advance(1_000);
  assert.equal(beats.stuck()?.loop, 'worker');
});

test('nobody is stuck while what all wait for is asked for again', () => {
  const { clock, beats } = make();
  void beats.pulse('one').during(hung);
  clock.advance(5_000);
  beats.excuse();
  assert.equal(beats.stuck(), undefined);
});

test('the loops of a run are forgotten with it', () => {
  const { clock, beats } = make();
  const run = beats.group();
  void run.pulse('one').during(hung);
  clock.advance(5_000);
  run.end();
  assert.equal(beats.stuck(), undefined);
});
