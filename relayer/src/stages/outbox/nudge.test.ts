// Proves: a queue that hands out nothing although batches wait is rebuilt from the rows and shown as blocked; one that works, or has
// nothing to do, is left alone.
// Does not prove: that a rebuild cures BullMQ's keys (tests/relayer/queue.test.ts).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tradeId } from '#client';
import type { Blocked } from '../../domain/blocked.ts';
import type { BatchKey } from '../../domain/row.ts';
import { batchKeyOf } from '../../domain/row.ts';
import { TransientError } from '../../errors.ts';
import { fakeClock } from '../../testing/clock.ts';
import { silent } from '../../testing/ports.ts';
import { nudge } from './nudge.ts';

const KEYS = [1, 5].map((id) => batchKeyOf(tradeId(id)));

function world() {
  const clock = fakeClock();
  const stop = new AbortController();
  const rebuilt: (readonly BatchKey[])[] = [];
  let blocked: Blocked | undefined;
  const w = {
    open: KEYS as readonly BatchKey[],
    work: { taken: 0, isBusy: false },
    onRebuild: () => {},
    rebuilt,
    blocked: () => blocked,
    clock,
    /** Lets it look for so long. */
    async pass(seconds: number, each = () => {}) {
      for (let at = 0; at < seconds; at += 1) {
        await clock.sleep(1_000, stop.signal);
        each();
      }
    },
    stop: () => stop.abort(new Error('stop')),
    done: Promise.resolve(),
  };
  w.done = nudge(
    {
      queue: {
        async rebuild(keys) {
          rebuilt.push(keys);
          w.onRebuild();
        },
      },
      open: () => w.open,
      work: () => w.work,
      onBlocked: (cause) => {
        blocked = cause;
      },
      ...{ clock, logger: silent },
    },
    stop.signal,
  );
  w.done.catch(() => {});
  return w;
}

test('a queue that works, or has nothing to hand out, is left alone', async () => {
  const w = world();
  w.work.isBusy = true;
  await w.pass(20);
  w.work.isBusy = false;
  await w.pass(20, () => {
    w.work.taken += 1;
  });
  w.open = [];
  await w.pass(20);
  assert.deepEqual(w.rebuilt, []);
  w.stop();
  await assert.rejects(w.done, /stop/);
});

test('a queue that hands out nothing is rebuilt from the rows, and said to be stalled until it works', async () => {
  const w = world();
  w.onRebuild = () => {
    assert.equal(w.blocked()?.code, 'QUEUE_STALLED');
    w.work.taken += 1;
  };
  await w.pass(5);
  assert.deepEqual(w.rebuilt, [KEYS]);
  assert.equal(w.blocked(), undefined);
  w.stop();
});

test('a queue that can not be reached says so, and is tried again', async () => {
  const w = world();
  w.onRebuild = () => {
    throw new TransientError('QUEUE_UNAVAILABLE', 'away');
  };
  await w.pass(20);
  assert.equal(w.blocked()?.code, 'QUEUE_UNAVAILABLE');
  assert.ok(w.rebuilt.length >= 5 && w.rebuilt.length <= 7, `${w.rebuilt.length}`);
  w.onRebuild = () => {
    w.work.taken += 1;
  };
  await w.pass(3);
  assert.equal(w.blocked(), undefined);
  w.stop();
});
