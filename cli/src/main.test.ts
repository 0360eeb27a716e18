// Proves: exit codes and one-line errors for command lines that can't be run, for people and for programs; help is no error.
// Does not prove: what the commands do (tests/start).
import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { CommanderError } from 'commander';
import { LockstepError } from '#client';
import { InputError } from '#feeder';
import { CheckFailed, describeFailure, exitCodeOf, Interrupted } from './failure.ts';
import { failed, main } from './main.ts';

function capture() {
  const texts = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') =>
    new Writable({
      write: (piece, _, done) => {
        texts[name] += piece.toString();
        done();
      },
    });
  return { texts, streams: { stdout: stream('stdout'), stderr: stream('stderr') } };
}

async function lockstep(...argv: string[]) {
  const { texts, streams } = capture();
  return { code: await main(argv, streams), ...texts };
}

for (const argv of [
  ['--help'],
  ['--version'],
  ['start', '--help'],
  ['help', 'prove'],
  ['relayer', '--help'],
  ['localnet', '--help'],
]) {
  test(`${argv.join(' ')} is answered on standard output with exit 0`, async () => {
    const { code, stdout, stderr } = await lockstep(...argv);
    assert.equal(code, 0);
    assert.notEqual(stdout, '');
    assert.equal(stderr, '');
  });
}

test('no command at all shows the commands, with exit 2', async () => {
  const { code, stdout, stderr } = await lockstep();
  assert.equal(code, 2);
  assert.equal(stdout, '');
  assert.match(stderr, /verify-proof/);
});

const unusable = [
  ['strat'],
  ['--nope'],
  ['start', '--count', '1.5'],
  ['start', '--count', '-1'],
  ['start', '--rate', '0'],
  ['start', '--lot', 'small'],
  ['prove', '--trade-id', '1'],
  ['prove', '--market', 'So11111111111111111111111111111111111111112', '--trade-id', 'x'],
  ['status', '--market', 'nowhere'],
  ['status', '--rpc', 'ftp://host'],
  ['verify-proof'],
  ['verify-proof', 'file', '--root', 'abc'],
  ['localnet', '--rpc-port', 'abc'],
];
for (const argv of unusable) {
  test(`"${argv.join(' ')}" is one line and advice, with exit 2`, async () => {
    const people = await lockstep(...argv);
    assert.equal(people.code, 2);
    assert.match(people.stderr, /^[A-Z_]+: .+\n {2}\S.*\n$/);
    assert.equal(people.stdout, '');
  });
}

test('with --json an error is also one line of JSON', async () => {
  const { code, stdout } = await lockstep('start', '--json', '--count', 'many');
  assert.equal(code, 2);
  assert.equal(JSON.parse(stdout).error.code, 'USAGE');
});

test('each kind of failure has its exit code', () => {
  const codes = [
    new LockstepError('X', 'x', 'y'),
    new CheckFailed('X', 'x', 'y'),
    new InputError('X', 'x', 'y'),
    new LockstepError('CONFIG_INVALID', 'x', 'y'),
    new CommanderError(1, 'commander.unknownOption', 'x'),
    new CommanderError(0, 'commander.helpDisplayed', 'x'),
    new Interrupted('SIGINT'),
    new Interrupted('SIGTERM'),
    new Interrupted('SIGHUP'),
    Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }),
    new TypeError('bug'),
    'text',
  ].map(exitCodeOf);
  assert.deepEqual(codes, [1, 1, 2, 2, 2, 0, 130, 143, 129, 141, 1, 1]);
});

test('an unexpected error is one line too; the stack comes only when asked for', () => {
  const error = new TypeError('first line\n    second line');
  assert.match(
    describeFailure(error, false),
    /^UNEXPECTED: first line second line\n {2}Run again with DEBUG=lockstep.*$/,
  );
  assert.match(describeFailure(error, true), /\n {4}at /);
});

test('a failed check is not told again as JSON: its result was the last line', () => {
  const { texts, streams } = capture();
  assert.equal(failed(new CheckFailed('X', 'x', 'y'), ['--json'], streams), 1);
  assert.equal(texts.stdout, '');
  assert.equal(failed(new LockstepError('X', 'x', 'y'), ['--json'], streams), 1);
  assert.deepEqual(JSON.parse(texts.stdout), { error: { code: 'X', message: 'x', advice: 'y' } });
});

test('nothing is said to a reader who left', () => {
  const { texts, streams } = capture();
  failed(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }), ['--json'], streams);
  assert.deepEqual(texts, { stdout: '', stderr: '' });
});
