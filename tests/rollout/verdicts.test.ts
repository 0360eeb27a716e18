// Proves, on one site from beginning to end: without metrics a rollout holds, neither promotes nor undoes, and goes on later; a rollback is
// carried out, and again, whatever is scheduled; a rollout after it switches to V2 again; a breach takes itself back, also killed in the middle of it and
// asked for again, while another rollout is refused; a rollback stops a rollout that watches; every trade settles once.
// Does not prove: the verdicts themselves (cli/src/rollout/metrics/judge.test.ts).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rollbackSteps } from '../../cli/src/rollout/rollback-steps.ts';
import { until } from '../support/until.ts';
import { openSite } from './setup/site.ts';

const site = await openSite();
const NOWHERE = 'http://127.0.0.1:1';
const ALL_BACK = { releases: ['0.1.0', '0.1.0'], versions: 1, isPaused: false, emit: '1' };
const ALL_NEW = { releases: ['0.2.0', '0.2.0'], versions: 3, isPaused: false, emit: '2' };

async function standing() {
  const { allowedBatchVersions: versions, isPaused } = await site.configNow();
  return { releases: await site.running(), versions, isPaused, emit: (await site.engine()).emit };
}
const phaseTwo = (...words: string[]) => ['--through', '2', ...words] as const;
const impossible = site.thresholds('impossible', { maxLatencyP95Seconds: 1e-9 });

test('metrics that can not be read hold: nothing is promoted, nothing undone', async () => {
  const short = site.thresholds('short', { holdSeconds: 1.5 });
  const { code, json, text } = await site.run('rollout', ...phaseTwo('--prometheus', NOWHERE, '--thresholds', short));
  assert.deepEqual([code, json.error?.code], [3, 'INCONCLUSIVE'], text);
  assert.deepEqual(await standing(), ALL_NEW);
  const newest = await site.newest();
  const last = newest?.steps.at(-1);
  assert.deepEqual([newest?.state, last?.name, last?.state], ['held', 'watch', 'begun']);
});

test('the same command goes on once they can, and promotes', async () => {
  const startedAt = (await site.newest())?.startedAt;
  const { code, text } = await site.run('rollout', ...phaseTwo());
  assert.equal(code, 0, text);
  assert.deepEqual([(await site.newest())?.startedAt, (await site.newest())?.state], [startedAt, 'done']);
});

test("a finished one is asked for again: what was undone meanwhile is done again; a pause meanwhile is nobody else's to end", async () => {
  await site.ask('emit', '1');
  const strict = site.thresholds('strict', { windowSeconds: 250, maxBlockedSeconds: 5 });
  const running = site.start('rollout', ...phaseTwo('--thresholds', strict));
  await running.saw(/^\[10\/10\] .* …$/m);
  assert.deepEqual(await standing(), ALL_NEW);
  await site.config('pause');
  const { code, json, text } = await running.ended;
  assert.deepEqual([code, json.error?.code], [3, 'PAUSED'], text);
  assert.equal((await site.configNow()).isPaused, true);
  await site.config('unpause');
});

async function rolledBack() {
  const { code, json, text } = await site.run('rollback', '--as-v1');
  assert.deepEqual([code, json.outcome], [0, 'done'], text);
  assert.deepEqual(await standing(), ALL_BACK);
  assert.equal((await site.configNow()).schedule.activationSlot, 0n);
}

test('a rollback is carried out after V2 was switched off by schedule', async () => {
  await site.config('schedule', '--in-slots', '150', '--versions', 'V1');
  const { activationSlot } = (await site.configNow()).schedule;
  await until(async () => (await site.slotNow()) >= activationSlot);
  await rolledBack();
});

test('another one cancels what is scheduled', async () => {
  await site.config('schedule', '--in-slots', '100000', '--versions', 'V1+V2');
  await rolledBack();
});

test('a breach takes itself back, however often it is ended meanwhile', async () => {
  const steps = rollbackSteps.length;
  const words = phaseTwo('--thresholds', impossible);
  for (const name of ['step-down', 'lane', 'allow-v1']) {
    const at = rollbackSteps.findIndex((step) => step.name === name) + 1;
    const running = site.start('rollout', ...words);
    await running.saw(new RegExp(`^\\[${at}/${steps}\\] .* …$`, 'm'));
    running.child.kill('SIGKILL');
    await running.ended;
  }
  const other = await site.run('rollout', '--engine', '0.1.0');
  assert.deepEqual([other.code, other.json.error?.code], [1, 'ROLLBACK_UNFINISHED'], other.text);
  const emission = await site.run('emission', '2');
  assert.deepEqual([emission.code, emission.json.error?.code], [1, 'ROLLBACK_UNFINISHED'], emission.text);
  const { code, json, text } = await site.run('rollout', ...words);
  assert.deepEqual([code, json.error?.code], [1, 'ROLLED_BACK'], text);
  assert.match(json.error?.message ?? '', /THRESHOLD_BREACHED: event to confirmed/);
  assert.deepEqual(await standing(), ALL_BACK);
});

test('without leave to settle as V1 what V2 alone can say, a breach has it settled first', async () => {
  const careful = site.thresholds('careful', { maxLatencyP95Seconds: 1e-9, revertAsV1: false });
  const { code, json, text } = await site.run('rollout', ...phaseTwo('--thresholds', careful));
  assert.deepEqual([code, json.error?.code], [1, 'ROLLED_BACK'], text);
  assert.equal((await site.newest())?.target.asV1, false);
  assert.deepEqual(await standing(), ALL_BACK);
});

test('a rollback stops a rollout that watches, and is carried out', async () => {
  const long = site.thresholds('long', { windowSeconds: 250 });
  const rollout = site.start('rollout', ...phaseTwo('--thresholds', long));
  await rollout.saw(/^\[10\/10\] .* …$/m);
  const second = await site.run('rollout', ...phaseTwo());
  assert.deepEqual([second.code, second.json.error?.code], [1, 'OPERATION_RUNNING'], second.text);
  const rollback = await site.run('rollback', '--as-v1');
  assert.equal(rollback.code, 0, rollback.text);
  const { code, json, text } = await rollout.ended;
  assert.deepEqual([code, json.error?.code], [1, 'SUPERSEDED'], text);
  assert.deepEqual(await standing(), ALL_BACK);
});

test('a rollout after all that goes through, and again', async () => {
  const { code, text } = await site.run('rollout', ...phaseTwo());
  assert.equal(code, 0, text);
  assert.deepEqual(await standing(), ALL_NEW);
});

test('every trade has settled once', async () => {
  const { byVersion } = await site.summary();
  assert.deepEqual(Object.keys(byVersion), ['1', '2']);
});
