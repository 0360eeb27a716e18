// Proves: a stream that can't be read on is asked for again under one request until that is answered, then under a new one, each time
// later; what may pass by itself is given time; the status names flaw, request and what the engine says, and is cleared.
// Does not prove: what Redis holds then (tests/relayer), or what an engine makes of it (tests/engine-contract).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tradeId } from '#client';
import type { Blocked } from '../../domain/blocked.ts';

import type { ReplayState, Silence } from '../../ports.ts';
import { fakeClock } from '../../testing/clock.ts';
import { createMemoryMetrics } from '../../testing/metrics.ts';
import { silent } from '../../testing/ports.ts';
import { createRepair } from './repair.ts';

const sound: Silence = { kind: 'sound' };
const gap = { code: 'TRADE_GAP', reason: 'trade 9 where 7 was expected' };
const broken: Silence = { kind: 'broken', flaw: gap };
const behind = (end: number): Silence => ({ kind: 'behind', end: tradeId(end), flaw: gap });
const absent = (isKnown: boolean): Silence => ({ kind: 'absent', isKnown, flaw: gap });

function world() {
  const clock = fakeClock();
  const metrics = createMemoryMetrics();
  const asks: string[] = [];
  let blocked: Blocked | undefined;
  let requests = 0;
  const w = {
    silence: sound as Silence,
    state: { answer: 'none', refused: '', silentMs: 40 } as Omit<ReplayState, 'request'>,
    /** Stands in the control keys, written by somebody else. */
    covering: undefined as string | undefined,
    finalized: 5,
    asks,
    blocked: () => blocked,
    requested: () => metrics.counters.get('replay_requests') ?? 0,
    /** Looks every 100 ms of the fake clock for so long. */
    async look(forMs = 300) {
      for (let ms = 0; ms < forMs; ms += 100) {
        clock.advance(100);
        await repair.look(tradeId(6));
      }
    },
    done: () => repair.done(),
  };
  const repair = createRepair({
    source: { silence: async () => w.silence },
    replays: {
      async ask(from, request) {
        const stands = w.covering ?? request;
        asks.push(`${from} ${stands}`);
        return { ...w.state, request: stands };
      },
    },
    replayFrom: () => tradeId(w.finalized),
    newRequest: () => `r${++requests}`,
    onBlocked: (cause) => {
      blocked = cause;
    },
    ...{ clock, metrics, logger: silent },
  });
  return w;
}

test('a sound stream is left alone, looked at however often', async () => {
  const w = world();
  await w.look(10_000);
  assert.deepEqual(w.asks, []);
});

test('one request for one flaw while the engine has not answered, from where it was first needed', async () => {
  const w = world();
  w.silence = broken;
  await w.look();
  w.finalized = 6;
  await w.look(120_000);
  assert.deepEqual(new Set(w.asks), new Set(['5 r1']));
  assert.equal(w.requested(), 1);
  assert.equal(w.blocked()?.code, 'TRADE_GAP');
  assert.match(w.blocked()?.reason ?? '', /trade 9 where 7.*replay from 5 asked for as r1: the engine spoke 40 ms ago/);
});

test('the status says what the engine does about it', async () => {
  const w = world();
  w.silence = broken;
  for (const [state, text] of [
    [{ answer: 'none', refused: '', silentMs: undefined }, /no engine has spoken/],
    [{ answer: 'none', refused: '', silentMs: 9_000 }, /silent since 9000 ms/],
    [{ answer: 'refused', refused: '5 is above the last id 3', silentMs: 1 }, /refused: 5 is above the last id 3/],
  ] as const) {
    w.state = state;
    await w.look();
    assert.match(w.blocked()?.reason ?? '', text);
  }
});

test('an answer that did not help is asked for again under a new id, later and later', async () => {
  const w = world();
  w.silence = broken;
  w.state = { answer: 'done', refused: '', silentMs: 1 };
  await w.look(3_600_000);
  const inAnHour = w.requested();
  assert.ok(inAnHour >= 60 && inAnHour <= 70, `${inAnHour}`);
  assert.equal(new Set(w.asks).size, inAnHour);
});

test('trades that arrive end it, and a later flaw is a new incident asked for at once', async () => {
  const w = world();
  w.silence = broken;
  w.state = { answer: 'done', refused: '', silentMs: 1 };
  await w.look(20_000);
  w.done();
  assert.equal(w.blocked(), undefined);
  const before = w.requested();
  w.finalized = 8;
  await w.look();
  assert.equal(w.requested(), before + 1);
  assert.equal(w.asks.at(-1), `8 r${before + 1}`);
});

test('a stream that is sound again but quiet clears the status, and does not shorten the wait before the next request', async () => {
  const w = world();
  w.silence = broken;
  w.state = { answer: 'done', refused: '', silentMs: 1 };
  await w.look(20_000);
  const before = w.requested();
  for (let round = 0; round < 5; round += 1) {
    w.silence = sound;
    await w.look();
    assert.equal(w.blocked(), undefined);
    w.silence = broken;
    await w.look();
    assert.notEqual(w.blocked(), undefined);
  }
  assert.equal(w.requested(), before);
});

test('a stream behind the reader is waited for as long as it grows', async () => {
  const w = world();
  for (let end = 1; end < 6; end += 1) {
    w.silence = behind(end);
    await w.look(2_500);
  }
  assert.deepEqual(w.asks, []);
  await w.look(1_500);
  assert.deepEqual(new Set(w.asks), new Set(['5 r1']));
});

test('the status follows a stream that is written again, and what the engine says of the request, which stays the same', async () => {
  const w = world();
  w.silence = absent(true);
  w.state = { answer: 'none', refused: '', silentMs: undefined };
  await w.look(4_000);
  assert.match(w.blocked()?.reason ?? '', /no engine has spoken/);
  w.state = { answer: 'refused', refused: '5 is above the last id 0', silentMs: 1 };
  for (const end of [1, 4]) {
    w.silence = behind(end);
    await w.look();
    const reason = w.blocked()?.reason ?? '';
    assert.match(reason, new RegExp(`written again: at ${end} of 6; .*refused: 5 is above the last id 0`));
  }
  assert.equal(w.requested(), 1);
  w.silence = sound;
  await w.look();
  assert.equal(w.blocked(), undefined);
});

test('a stream or pointer that is gone is asked for after a while, one that never was is not', async () => {
  const w = world();
  w.silence = absent(false);
  await w.look(60_000);
  assert.deepEqual(w.asks, []);
  w.silence = absent(true);
  await w.look(2_500);
  assert.deepEqual(w.asks, []);
  await w.look(1_500);
  assert.equal(w.requested(), 1);
});

test('a request of somebody else that covers ours is followed', async () => {
  const w = world();
  w.silence = broken;
  w.covering = 'theirs';
  await w.look();
  assert.match(w.blocked()?.reason ?? '', /asked for as theirs/);
  w.state = { answer: 'done', refused: '', silentMs: 1 };
  await w.look(500);
  w.covering = undefined;
  await w.look(5_000);
  assert.ok(w.asks.includes('5 r2'));
});
