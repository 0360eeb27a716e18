// Proves: a hard fork in place, killed with SIGKILL as it begins each of its steps while trades keep coming, goes on where it was until it is done:
// the new release, a tree of version 2, settlement going on, every id once and every balance as trades make it; asked again there is nothing to do;
// what was kept is given up once. A dry run changes nothing and says what it takes.
// Does not prove: kills at other moments, of the relayer and of Redis (bench/hardfork.ts --kills), nor what an abort does (abort.test.ts).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
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

test('a dry run says what it takes, and changes nothing', async () => {
  const { json, text } = await site.ends(0, '--dry-run');
  const { costs, steps } = json as {
    costs: { accounts: { account: string; lamports: number }[]; transactions: object; expectedDowntimeMs: number };
    steps: { name: string; state: string }[];
  };
  assert.deepEqual(
    costs.accounts.map(({ account }) => account),
    ['buffer', 'program data, extended by', 'previous state tree'],
  );
  assert.ok(costs.accounts.every(({ lamports }) => lamports > 0) && costs.expectedDowntimeMs > 0);
  assert.deepEqual(
    steps.map(({ name }) => name),
    inPlaceSteps.map(({ name }) => name),
  );
  assert.ok(steps.every(({ state }) => state === 'to do'));
  assert.match(text, /nothing was changed/);
  assert.deepEqual(await site.standing(), BEFORE);
  assert.doesNotMatch(text, /no hard fork has been written down/);
  const missing = site.plan('missing.json', { ...JSON.parse(readFileSync(site.planFile, 'utf8')), engine: '9.9.9' });
  const refused = await site.start('hardfork', '--plan', missing, '--dry-run').ended;
  assert.deepEqual([refused.code, refused.json.error?.code], [1, 'RELEASE_MISSING']);
  assert.equal(await site.newest(), undefined);
});

test('without --yes and a terminal it refuses before anything is written down', async () => {
  const { code, json } = await site.start('hardfork', '--plan', site.planFile).ended;
  assert.deepEqual([code, json.error?.code], [2, 'CONFIRMATION_NEEDED']);
  assert.equal(await site.newest(), undefined);
});

test('nothing is there to be taken back, or finalized', async () => {
  assert.equal((await site.ends(1, '--abort')).json.error?.code, 'HARDFORK_NONE');
  assert.equal((await site.ends(1, '--finalize')).json.error?.code, 'HARDFORK_NONE');
});

test('killed at each of its steps, it is carried out once', async () => {
  for (let step = 1; step <= inPlaceSteps.length; step += 1) {
    await site.killedAt(step);
    const newest = await site.newest();
    assert.deepEqual([newest?.kind, newest?.state], ['hardfork', 'running']);
  }
  await site.ends(0);
  assert.equal((await site.newest())?.state, 'done');
  assert.deepEqual(await site.standing(), { ...BEFORE, release: '0.2.0', treeVersion: 2 });
  await site.settlesOn();
});

test('asked again, it has nothing left to do, and nothing to take back', async () => {
  const { text } = await site.ends(0);
  assert.match(text, /this fork is done/);
  assert.equal((await site.ends(1, '--abort')).json.error?.code, 'HARDFORK_NONE');
});

test('a finished fork flies its test at any time, and gives up what it kept once', async () => {
  assert.equal((await site.start('ping', '--site', site.file).ended).code, 0);
  await site.ends(0, '--finalize');
  assert.equal((await site.ends(1, '--finalize')).code, 1);
  await site.settlesOn();
});
