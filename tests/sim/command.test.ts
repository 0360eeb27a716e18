// Proves: ci/sim-test ends with 2 for what it can't use and 3 for what proves nothing (no validator, no candidate), writes the matrix that
// `lockstep gate can-ship` reads, and leaves nothing behind when it is interrupted or killed.
// Does not prove: verdicts (mutants.test.ts), nor a pass, which takes a validator (.ci/run).
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { lockstep } from '../support/lockstep.ts';
import { until } from '../support/until.ts';
import { REPO } from './setup/try.ts';

const work = mkdtempSync(join(tmpdir(), 'lockstep-sim-test-'));
after(() => rmSync(work, { recursive: true, force: true }));

/** Everything but a validator and a C++ engine. */
const BARE = { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, LOCKSTEP_ENGINE: '/nowhere', TMPDIR: work };
const ONE = ['--engine', 'feeder@0.1.0', '--environment', 'deployed', '--relayer', '0.1.0', '--count', '60'];

const ours = () => readdirSync(work).filter((name) => name.startsWith('lockstep-'));

function start(...words: string[]) {
  const env: NodeJS.ProcessEnv = { ...process.env, ...BARE };
  delete env.SOLANA_TEST_VALIDATOR;
  const child = spawn(join(REPO, 'ci/sim-test'), words, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (piece: Buffer) => {
      said[name] += piece.toString();
    });
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  return { child, said, ended };
}

async function run(...words: string[]) {
  const { said, ended } = start(...words);
  return { code: await ended, ...said };
}

test('--help is 0; what it can not use is 2', async () => {
  const help = await run('--help');
  assert.equal(help.code, 0);
  assert.match(help.stdout, /--without-v1/);
  for (const words of [['--nope'], ['--environment', 'elsewhere'], ['--count', '1'], ['--engine', 'no-such-engine']]) {
    const { code, stderr } = await run(...words);
    assert.equal(code, 2, stderr);
  }
  assert.match((await run('--engine', 'feeder@9.9.9')).stderr, /GATE_RELEASE_MISSING: .*feeder@9\.9\.9.*0\.1\.0/);
  assert.match((await run('--program', '/nowhere.so', '--engine', 'feeder@0.1.0')).stderr, /GATE_INPUT_UNREADABLE: /);
});

test('a candidate that is not built is unknown', async () => {
  const { code, stderr } = await run('--engine', 'candidate');
  assert.equal(code, 3);
  assert.match(stderr, /ENGINE_NOT_BUILT: /);
});

test('on the embedded node what passes is unknown, also to can-ship', async () => {
  const out = join(work, 'can-ship.json');
  const { code, stdout, stderr } = await run(...ONE, '--out', out, '--json');
  assert.equal(code, 3, stderr);
  assert.match(stderr, /NO SOLANA-TEST-VALIDATOR: /);
  assert.match(stderr, /UNKNOWN \(pass on the embedded node\) {2}feeder@0\.1\.0 × /);
  const matrix = JSON.parse(readFileSync(out, 'utf8'));
  assert.deepEqual(JSON.parse(stdout), matrix);
  assert.deepEqual([matrix.cells.length, matrix.cells[0].chain, matrix.cells[0].verdict], [1, 'embedded', 'pass']);
  assert.equal(matrix.cells[0].counts.settled, 60);
  const asked = ['gate', 'can-ship', '--matrix', out, '--engine', 'feeder@0.1.0', '--environment', 'deployed'];
  const answer = await lockstep(...asked);
  assert.deepEqual([answer.code, /embedded node alone/.test(answer.stdout)], [3, true]);
  rmSync(out);
  assert.deepEqual(ours(), []);
});

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGKILL', null],
] as const) {
  test(`${signal} leaves nothing behind`, async () => {
    const { child, said, ended } = start(...ONE);
    // By then Redis runs, and the relayer is being started.
    await until(async () => ours().some((name) => existsSync(join(work, name, 'relayer.json'))));
    child.kill(signal);
    assert.equal(await ended, code, said.stderr);
    // A watchdog gives what it ends a second.
    await until(async () => ours().length === 0);
  });
}
