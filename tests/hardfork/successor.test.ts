// Proves: a fork to another program, killed as it begins each of its steps while trades keep coming, goes on where it was until it is done: market, relayer
// and site file are the new program's, the lane and its ids the same, every id once over both markets, every balance as trades make it. Killed before
// its import's end it is taken back: vaults, market, settings; afterwards that is refused.
// Does not prove: what the program refuses (tests/program).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { successorSteps } from '../../cli/src/hardfork/successor.ts';
import { openTried } from './setup/open.ts';

const site = await openTried('successor', '0.2.0');
const BEFORE = {
  release: '0.2.0',
  treeVersion: 1,
  isPaused: false,
  maintenance: false,
  mode: 'run',
  market: site.lane,
};
const at = (name: string) => successorSteps.findIndex((step) => step.name === name) + 1;
const settings = () => readFileSync(`${site.dir}/relayer.json`, 'utf8');
const settingsBefore = settings();

for (const name of ['nominate', 'timelock', 'pause', 'hand-over', 'import', 'swap', 'rehearse', 'open']) {
  test(`killed as it begins ${name}, it is taken back`, async () => {
    await site.killedAt(at(name));
    const { json } = await site.ends(0, '--abort');
    assert.equal(json.outcome, 'aborted');
    assert.deepEqual(await site.standing(), BEFORE);
    assert.equal(settings(), settingsBefore);
    await site.goesOn();
  });
}

test('killed at each of its steps, it is carried out once', async () => {
  for (let step = 1; step <= successorSteps.length; step += 1) {
    await site.killedAt(step);
    if (step === at('open') + 1) {
      assert.equal((await site.ends(1, '--abort')).json.error?.code, 'IMPORT_FINISHED');
    }
  }
  await site.ends(0);
  const { market, ...rest } = await site.standing();
  assert.notEqual(market, site.lane);
  assert.deepEqual({ ...rest, market: site.lane }, { ...BEFORE, treeVersion: 2 });
  const now = JSON.parse(settings());
  assert.deepEqual([now.market, now.lane], [market, site.lane]);
  await site.settlesOn();
});

test('the new side flies its test', async () => {
  assert.equal((await site.start('ping', '--site', site.file).ended).code, 0);
});
