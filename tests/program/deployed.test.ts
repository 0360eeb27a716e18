// Proves: what runs today keeps every rule that does not speak of V2: the same test files, run on the deployed release.
// Does not prove: anything of the staged release; the files themselves do when run alone.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const folder = import.meta.dirname;
const releases = join(folder, '../../releases');
const environments = JSON.parse(readFileSync(join(releases, 'environments.json'), 'utf8'));

const FILES = ['settle-trades', 'deposit', 'withdrawal', 'hold-withdrawal', 'trader-entries', 'ping', 'collect-fees'];

test(`release ${environments.deployed.settlement} passes ${FILES.join(', ')}`, () => {
  // A test that runs tests must not look like a part of the run around it.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const object = join(releases, 'settlement', environments.deployed.settlement, 'settlement.so');
  const { status, stdout } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--test', ...FILES.map((name) => join(folder, `${name}.test.ts`))],
    { encoding: 'utf8', env: { ...env, SETTLEMENT_OBJECT: object }, maxBuffer: 64 * 1024 * 1024 },
  );
  assert.equal(status, 0, stdout);
  assert.match(stdout, /^# pass [1-9]/m);
});
