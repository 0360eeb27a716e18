// Proves: a relayer whose key is not the active one claims nothing, says so, and claims once it is; one that can't tell, because
// settlement is paused or no node answers, claims; nothing is listened to after that; a mistake of our own is not swallowed.
// Does not prove: the lease itself, or two relayers (tests/relayer/{lease,handover}.test.ts).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../../tests/support/until.ts';
import type { Lease } from './adapters/redis/lease.ts';
import { createProgress } from './observe/progress.ts';
import { claimWhenActive } from './standby.ts';
import { fakeChain } from './testing/chain.ts';
import { fakeClock } from './testing/clock.ts';
import { createMemoryMetrics } from './testing/metrics.ts';
import { silent } from './testing/ports.ts';
import { config } from './testing/world.ts';

function world() {
  const clock = fakeClock();
  const chain = fakeChain(clock);
  const progress = createProgress('lane', createMemoryMetrics());
  const stop = new AbortController();
  const lease: Lease = {
    token: 'me',
    async claim(signal, mayClaim = () => true) {
      while (!mayClaim()) await clock.sleep(10, signal);
      return 'somebody';
    },
    keep: async () => {},
    release: async () => {},
  };
  const claim = () => claimWhenActive(lease, { chain, clock, config, logger: silent, progress }, stop.signal);
  const rules = (changes: Partial<typeof chain.rulesNow>) => {
    chain.rulesNow = { ...chain.rulesNow, ...changes };
  };
  const reads = () => chain.calls.filter((method) => method === 'rules').length;
  return { chain, progress, stop, claim, rules, reads };
}

test('who is active claims at once', async () => {
  const w = world();
  assert.equal(await w.claim(), 'somebody');
  await until(() => w.chain.configListeners.size === 0);
});

test('who is not waits by name, and claims when it is', async () => {
  const w = world();
  w.rules({ isActive: false, activeRelayer: 'the new one' });
  const claiming = w.claim();
  await until(() => w.reads() > 3);
  assert.deepEqual(w.progress.status().blocked, {
    code: 'NotActiveRelayer',
    reason: 'the active relayer is the new one, not this one',
  });
  assert.equal(w.progress.status().state, 'waiting');
  w.rules({ isActive: true });
  assert.equal(await claiming, 'somebody');
  assert.equal(w.progress.status().blocked, undefined);
  await until(() => w.chain.configListeners.size === 0);
});

test('while settlement is paused, anybody claims', async () => {
  const w = world();
  w.rules({ isActive: false, isPaused: true });
  assert.equal(await w.claim(), 'somebody');
});

test('while no node tells the config, anybody claims; what was read last holds', async () => {
  const w = world();
  w.chain.silent.add('rules');
  w.rules({ isActive: false });
  assert.equal(await w.claim(), 'somebody');

  w.chain.silent.clear();
  const claiming = w.claim();
  await until(() => w.progress.status().blocked !== undefined);
  w.chain.silent.add('rules');
  const before = w.reads();
  await until(() => w.reads() > before + 2);
  assert.equal(w.progress.status().blocked?.code, 'NotActiveRelayer');
  w.stop.abort(new Error('stop'));
  await assert.rejects(claiming, /stop/);
});

test('told to stop while the node is silent, it does not wait for the node', async () => {
  const w = world();
  w.chain.rules = () => new Promise(() => {});
  const claiming = w.claim();
  w.stop.abort(new Error('stop'));
  await assert.rejects(claiming, /stop/);
});

test('a mistake of our own is thrown', async () => {
  const w = world();
  w.chain.rules = () => Promise.reject(new TypeError('rules of undefined'));
  await assert.rejects(w.claim(), TypeError);
});
