// Proves: `lockstep rollout` killed with SIGKILL as it begins each of its steps, and `lockstep rollback --as-v1` the same, go on where they were
// until they are done; a step that was carried out and not written down is found done; every trade settles once, in both versions,
// with the releases of before in the end.
// Does not prove: that a command which takes itself back survives kills (breach.test.ts), nor kills of what it works on (tests/e2e).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { phaseOne } from '../../cli/src/rollout/phase-one.ts';
import { phaseThree } from '../../cli/src/rollout/phase-three.ts';
import { phaseTwo } from '../../cli/src/rollout/phase-two.ts';
import { rollbackSteps } from '../../cli/src/rollout/rollback-steps.ts';
import { openSite } from './setup/site.ts';

const site = await openSite();

/** Kills it as it says that it begins a step, each time a step further, then lets it end. */
async function killedAtEach(steps: number, command: 'rollout' | 'rollback', ...words: string[]) {
  for (let step = 1; step <= steps; step += 1) {
    const running = site.start(command, ...words);
    await running.saw(new RegExp(`^\\[${step}/${steps}\\] .* …$`, 'm'));
    running.child.kill('SIGKILL');
    assert.equal((await running.ended).code, null);
    const newest = await site.newest();
    assert.deepEqual([newest?.kind, newest?.state], [command, 'running']);
  }
  const { code, text } = await site.run(command, ...words);
  assert.equal(code, 0, text);
  assert.equal((await site.newest())?.state, 'done');
}

test('a rollout that is killed at each of its steps is carried out once', async () => {
  await killedAtEach([...phaseOne, ...phaseTwo, ...phaseThree()].length, 'rollout');
  assert.deepEqual(await site.running(), ['0.2.0', '0.2.0']);
  const { allowedBatchVersions, isPaused } = await site.configNow();
  assert.deepEqual([allowedBatchVersions, isPaused, (await site.engine()).emit], [2, false, '2']);
});

test('asked for again, it has nothing left to do', async () => {
  const startedAt = (await site.newest())?.startedAt;
  const { code, text } = await site.run('rollout');
  assert.equal(code, 0, text);
  assert.equal((await site.newest())?.startedAt, startedAt);
});

test('a rollback that is killed at each of its steps is carried out once', async () => {
  await killedAtEach(rollbackSteps.length, 'rollback', '--as-v1', '--reason', 'a test');
  assert.deepEqual(await site.running(), ['0.1.0', '0.1.0']);
  const { allowedBatchVersions, isPaused } = await site.configNow();
  assert.deepEqual([allowedBatchVersions, isPaused, (await site.engine()).emit], [1, false, '1']);
});

test('settlement that went on before that was written down is proven all the same', async () => {
  const steps = rollbackSteps.length;
  const running = site.start('rollback');
  await running.saw(new RegExp(`^\\[${steps - 1}/${steps}\\] .* …$`, 'm'));
  running.child.kill('SIGKILL');
  await running.ended;
  await site.config('unpause');
  const { code, text } = await site.run('rollback');
  assert.equal(code, 0, text);
  const proof = (await site.newest())?.steps.find(({ name }) => name === 'proof')?.evidence;
  const pausedSlot = (await site.newest())?.steps.find(({ name }) => name === 'pause')?.evidence.pausedSlot;
  assert.ok(Number(proof?.slot) > Number(pausedSlot));
});

test('every trade has settled once', async () => {
  const { byVersion } = await site.summary();
  assert.deepEqual(Object.keys(byVersion), ['1', '2']);
});
