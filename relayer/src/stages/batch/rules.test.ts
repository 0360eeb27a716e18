// Proves: the config is read again each poll, when a scheduled change is due and when the chain hints at a change, at most once a slot
// however many hints come; a node without an answer changes nothing, and each refusal of the config is named with what an operator needs.
// Does not prove: what a schedule changes; client/src/accounts/accounts.test.ts does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createNudges } from '../../domain/nudges.ts';
import type { SettlementRules } from '../../ports.ts';
import { fakeChain } from '../../testing/chain.ts';
import { fakeClock } from '../../testing/clock.ts';
import { silent } from '../../testing/ports.ts';
import { followRules, refusalBy } from './rules.ts';

function world() {
  const clock = fakeClock();
  const chain = fakeChain(clock);
  const seen: { readonly atMs: number; readonly rules: SettlementRules }[] = [];
  const stop = new AbortController();
  const startMs = clock.now();
  const onRules = (rules: SettlementRules) => seen.push({ atMs: clock.now() - startMs, rules });
  const deps = { chain, clock, logger: silent, pollMs: 1_000, slotMs: 400, onRules };
  const run = (ms: number) => {
    const following = followRules(deps, chain.rulesNow, stop.signal);
    const ended = assert.rejects(following, /stop/);
    return clock.sleep(ms, stop.signal).then(() => {
      stop.abort(new Error('stop'));
      return ended;
    });
  };
  const hint = () => {
    for (const look of chain.configListeners) look();
  };
  /** Hints when so many milliseconds have passed. */
  const hintAt = async (...times: readonly number[]) => {
    for (const [at, ms] of times.entries()) {
      await clock.sleep(ms - (times[at - 1] ?? 0), stop.signal);
      hint();
    }
  };
  const readAt = () => seen.map(({ atMs }) => atMs);
  return { clock, chain, seen, run, hint, hintAt, readAt };
}

test('read again each poll', async () => {
  const w = world();
  await w.run(3_500);
  assert.deepEqual(w.readAt(), [1_000, 2_000, 3_000]);
});

test('read when a scheduled change is due', async () => {
  const w = world();
  w.chain.rulesNow = { ...w.chain.rulesNow, slotsUntilChange: 1 };
  const rules = w.chain.rules;
  w.chain.rules = async () => ({ ...(await rules()), slotsUntilChange: undefined, minBatchSize: 7 });
  await w.run(900);
  assert.deepEqual(
    w.seen.map(({ atMs, rules: { minBatchSize } }) => [atMs, minBatchSize]),
    [[400, 7]],
  );
});

test('a node without an answer changes nothing', async () => {
  const w = world();
  w.chain.silent.add('rules');
  await w.run(3_500);
  assert.deepEqual(w.seen, []);
});

test('read at once when the chain hints at a change, and a poll later again', async () => {
  const w = world();
  w.hintAt(700);
  await w.run(2_000);
  assert.deepEqual(w.readAt(), [700, 1_700]);
});

test('a hint soon after a read is kept until a slot has passed', async () => {
  const w = world();
  w.hintAt(100, 450, 500);
  await w.run(1_700);
  assert.deepEqual(w.readAt(), [400, 800]);
});

test('a hint that comes while the config is read is not taken for answered', async () => {
  const w = world();
  const rules = w.chain.rules;
  w.chain.rules = async () => {
    const read = await rules();
    if (w.seen.length === 0) w.hint();
    return read;
  };
  await w.run(1_900);
  assert.deepEqual(w.readAt(), [1_000, 1_400]);
});

test('a flood of hints costs a read each slot', async () => {
  const w = world();
  w.hintAt(...Array.from({ length: 150 }, (_, at) => at * 10));
  await w.run(1_500);
  assert.deepEqual(w.readAt(), [400, 800, 1_200]);
});

test('a hint at a node that does not answer is worth no hurry', async () => {
  const w = world();
  w.chain.silent.add('rules');
  w.hintAt(500);
  await w.run(1_400);
  assert.deepEqual(w.seen, []);
  assert.equal(w.chain.calls.length, 1);
});

test('nothing is listened to after the end', async () => {
  const w = world();
  await w.run(500);
  assert.equal(w.chain.configListeners.size, 0);
});

const { rulesNow } = fakeChain(fakeClock());

test('each refusal by the name the program would use', () => {
  assert.equal(refusalBy(rulesNow, [1]), undefined);
  assert.equal(refusalBy({ ...rulesNow, isPaused: true }, [1])?.code, 'Paused');
  const replaced = refusalBy({ ...rulesNow, isActive: false, activeRelayer: 'the new one' }, [1]);
  assert.equal(replaced?.code, 'NotActiveRelayer');
  assert.match(replaced?.reason ?? '', /the new one/);
  const version = refusalBy({ ...rulesNow, allowedVersions: [2] }, [1]);
  assert.equal(version?.code, 'VersionNotAllowed');
  assert.match(version?.reason ?? '', /version 1 is not allowed; allowed: 2/);
  assert.equal(refusalBy({ ...rulesNow, allowedVersions: [1] }, [2, 1]), undefined);
  assert.match(refusalBy({ ...rulesNow, allowedVersions: [] }, [1])?.reason ?? '', /allowed: none/);
});

test('a nudge ends a wait early, the next one lasts its time, and an abort ends it as ever', async () => {
  const clock = fakeClock();
  const nudges = createNudges();
  const cut = nudges.cutShort({
    now: clock.now,
    sleep: (_, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  });
  const stop = new AbortController();
  const waiting = cut.sleep(1_000, stop.signal);
  nudges.announce();
  await waiting;
  const next = cut.sleep(1_000, stop.signal);
  stop.abort(new Error('stop'));
  await assert.rejects(next, /stop/);
});
