// Proves: a hard fork in place that was killed as it began any step before its resume is taken back by --abort: the old release, the old tree with its
// root, no maintenance, settlement going on; also where the abort is killed at each of its own steps; it says what it undid. While one
// is under way another plan, a rollout and a rollback are refused. Once it has resumed it is refused. After all of it every id is there once, and every
// balance is as trades make it.
// Does not prove: that of a fork to another program (successor.test.ts).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inPlaceSteps } from '../../cli/src/hardfork/in-place.ts';
import { openTried } from './setup/open.ts';

const site = await openTried('in-place', '0.1.0');
const BEFORE = {
  release: '0.1.0',
  treeVersion: 1,
  isPaused: false,
  maintenance: false,
  mode: 'run',
  market: site.lane,
};
const RESUME_AT = inPlaceSteps.findIndex(({ name }) => name === 'resume') + 1;

// Of the last one before it resumes see below.
for (let step = 1; step < RESUME_AT - 1; step += 1) {
  test(`killed as it begins step ${step}, ${inPlaceSteps[step - 1]?.name}, it is taken back`, async () => {
    await site.killedAt(step);
    const { json } = await site.ends(0, '--abort');
    assert.equal(json.outcome, 'aborted');
    assert.deepEqual(await site.standing(), BEFORE);
    await site.goesOn();
  });
}

test('while one is under way nothing else begins', async () => {
  await site.killedAt(RESUME_AT - 1);
  const other = site.plan('other', { kind: 'in-place', program: '0.2.0', reason: 'another one' });
  const { json } = await site.start('hardfork', '--plan', other, '--yes').ended;
  assert.equal(json.error?.code, 'HARDFORK_UNFINISHED');
  for (const command of ['rollout', 'rollback']) {
    const ended = await site.start(command, '--site', site.file, '--yes').ended;
    assert.equal(ended.json.error?.code, 'HARDFORK_UNFINISHED', ended.text);
  }
});

test('an abort that is killed at each of its steps ends as one', async () => {
  // Of the step it was killed at nobody knows whether it was written down as begun.
  const begun = (await site.newest())?.steps.map(({ name }) => name) ?? [];
  const undone = inPlaceSteps.filter(({ name, undo }) => undo !== undefined && begun.includes(name));
  for (let step = 1; step <= undone.length; step += 1) await site.killedAt(step, '--abort');
  const { json } = await site.ends(1);
  assert.equal(json.error?.code, 'HARDFORK_ABORTING');
  const { text } = await site.ends(0, '--abort');
  assert.match(text, /taken back/);
  assert.deepEqual(await site.standing(), BEFORE);
  await site.goesOn();
  const steps = (await site.newest())?.steps.filter(({ name }) => name.startsWith('undo-')).map(({ name }) => name);
  assert.deepEqual(
    steps,
    undone.toReversed().map(({ name }) => `undo-${name}`),
  );
  assert.match((await site.ends(0, '--abort')).text, /taken back already/);
});

test('once it has resumed it is not taken back, and goes on', async () => {
  await site.killedAt(RESUME_AT + 1);
  assert.equal((await site.ends(1, '--abort')).json.error?.code, 'HARDFORK_RESUMED');
  await site.ends(0);
  await site.settlesOn();
});
