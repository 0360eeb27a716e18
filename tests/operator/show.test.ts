// Proves: what `show` says to people and to programs, of `config` and `admin` alike; --watch says changes as they happen, a schedule that
// begins by itself included, with and without the websocket, across a node that is away, and ends with 0.
// Does not prove: schedules on display (schedule.test.ts).
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { changeOf, readConfig, slot } from '#client';
import type { Desk } from '../../cli/src/operator/desk.ts';
import { watchConfig } from '../../cli/src/operator/watch.ts';
import { pause } from '../../cli/src/pause.ts';
import { build, jsonOf, openWorld, program } from './setup.ts';

const LOCKSTEP = fileURLToPath(new URL('../../cli/bin/lockstep.mjs', import.meta.url));
/** Longer than a tick: slots must pass meanwhile. */
const POLL_MS = 60;

const world = await openWorld();
const admin = world.keys.admin.publicKey;
const connection = world.chain.connection('confirmed');

afterEach(() => world.faults.clear());

test('people see every setting by name', async () => {
  const { code, stdout } = await world.lockstep('config', 'show');
  assert.equal(code, 0);
  for (const line of [
    /^program {13}\w+$/m,
    /^settlement {10}running$/m,
    /^batch versions {6}V1$/m,
    /^min batch size {6}4 trades$/m,
    /^max batch age {7}50 slots$/m,
    /^tier 0 taker fee {4}10 bps \(0\.10 %\)$/m,
    /^tier 3 maker fee {4}0 bps \(0\.00 %\)$/m,
    /^withdrawal delay {4}100 slots$/m,
    /^feature flags {7}none$/m,
    /^attestor {12}none$/m,
    /^nominated admin {5}none$/m,
    /^scheduled change {4}none$/m,
    new RegExp(`^guardian {12}${world.address('guardian')}$`, 'm'),
  ]) {
    assert.match(stdout, line);
  }
  assert.equal((await world.lockstep('admin', 'show')).code, 0);
});

test('programs see the same, stored and in force, with u64 as text', async () => {
  const ran = await world.lockstep('config', 'show', '--json');
  const { slot: at, ...shown } = jsonOf<Record<string, unknown>>(ran);
  assert.match(String(at), /^\d+$/);
  const tier = { makerBps: 0, takerBps: 10 };
  const fields = {
    isPaused: false,
    allowedBatchVersions: 1,
    batchVersions: ['V1'],
    minBatchSize: 4,
    maxBatchAgeSlots: '50',
    feeTiers: [tier, tier, tier, tier],
    withdrawalDelaySlots: '100',
    featureFlags: '0',
    flags: [],
    activeRelayer: world.address('relayer'),
    attestor: '1'.repeat(32),
    guardian: world.address('guardian'),
    admin: world.address('admin'),
    pendingAdmin: '1'.repeat(32),
  };
  assert.deepEqual(shown, { program: program.toBase58(), stored: fields, effective: fields, schedule: null });
});

test('a program without a config is said', async () => {
  const { code, stderr } = await world.lockstep('config', 'show', '--program', world.address('stranger'));
  assert.equal(code, 1);
  assert.match(stderr, /^ACCOUNT_MISSING: there is no settlement config of program /);
});

/** Watches in this process; `lines` grows. */
async function watching(rpcUrl: string) {
  const lines: string[] = [];
  const controller = new AbortController();
  const say = (line: string) => void lines.push(line);
  const output = { json: false, isTerminal: false, say, write: say, result: () => undefined };
  const desk: Desk = { connection, rpcUrl, program, output, stdin: undefined, signal: controller.signal };
  const ended = watchConfig(desk, await readConfig(connection, program, 'confirmed'));
  return {
    async until(line: RegExp) {
      while (!lines.some((one) => line.test(one))) await world.ticking(pause(POLL_MS, controller.signal));
    },
    async stop() {
      controller.abort();
      await ended;
    },
  };
}

test('a change, a schedule and its beginning are said as they happen', async () => {
  const watch = await watching(world.chain.rpcUrl);
  await world.landAs('admin', build.setMinBatchSize({ admin, minBatchSize: 5 }));
  await watch.until(/^slot \d+: min batch size 4 trades → 5 trades$/);
  const at = slot(world.chain.slot + 1_000_000n);
  await world.landAs('admin', build.scheduleChange({ admin, change: changeOf(at, { minBatchSize: 6 }) }));
  await watch.until(
    /^slot \d+: scheduled change none → at slot \d+, in \d+ slots \(min batch size 5 trades → 6 trades\)$/,
  );
  world.chain.warpToSlot(at);
  await watch.until(/^slot \d+: min batch size 5 trades → 6 trades$/);
  await watch.stop();
});

test('a node that is away is said once and waited for; without a websocket reading finds the change', async () => {
  world.faults.set('accountSubscribe', { kind: 'error', code: -32601, message: 'Method not found' });
  const watch = await watching(world.chain.rpcUrl);
  world.faults.set('getAccountInfo', { kind: 'error', code: -32005, message: 'busy' });
  await watch.until(/^RPC_UNAVAILABLE: /);
  world.faults.clear('getAccountInfo');
  await watch.until(/^the node answers again$/);
  await world.landAs('admin', build.setMinBatchSize({ admin, minBatchSize: 7 }));
  await watch.until(/ → 7 trades$/);
  await watch.stop();
});

test('as a process it prints a line of JSON a change, and ends with 0 when it is stopped', async () => {
  const argv = ['config', 'show', '--watch', '--json', '--rpc', world.chain.rpcUrl];
  const child = spawn(process.execPath, [LOCKSTEP, ...argv], { stdio: ['ignore', 'pipe', 'ignore'] });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const first = JSON.parse((await lines.next()).value ?? '');
  assert.equal(first.program, program.toBase58());
  await world.landAs('admin', build.setMaxBatchAge({ admin, maxBatchAgeSlots: 77n }));
  const change = JSON.parse((await lines.next()).value ?? '');
  assert.deepEqual(change.changes, [{ name: 'maxBatchAgeSlots', old: '50', new: '77' }]);
  child.kill('SIGINT');
  assert.deepEqual(await exited, [0, null]);
});
