// Proves: exit codes and one-line errors for command lines that can't be run, for people and for programs; help is no error.
// Does not prove: what the commands do (tests/start).
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { CommanderError } from 'commander';
import { idl, LockstepError } from '#client';
import { InputError } from '#feeder';
import { capture, lockstep } from '../../tests/support/lockstep.ts';
import { CheckFailed, describeFailure, exitCodeOf, Interrupted } from './failure.ts';
import { failed } from './main.ts';

const SETTLEMENT = idl.address;

for (const argv of [
  ['--help'],
  ['--version'],
  ['start', '--help'],
  ['help', 'prove'],
  ['relayer', '--help'],
  ['dlq', '--help'],
  ['dlq', 'list', '--help'],
  ['dlq', 'replace', '--help'],
  ['maintenance', '--help'],
  ['maintenance', 'start', '--help'],
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
  ['status', '--rpc', 'http://user:secret@host'],
  ['verify-proof', 'file', '--rpc', 'https://secret@host'],
  ['verify-proof'],
  ['verify-proof', 'file', '--root', 'abc'],
  ['localnet', '--rpc-port', 'abc'],
  ['dlq', 'list'],
  ['dlq', 'show'],
  ['dlq', 'replace', '1', '--redis', 'redis://:secret@127.0.0.1'],
  ['dlq', 'drop', '1-', '--reason', 'x'],
  ['dlq', 'drop', '1'],
  ['maintenance', 'start', '--redis', 'redis://127.0.0.1', '--lane', 'So11111111111111111111111111111111111111112'],
  ['maintenance', 'start', '--reason', ' ', '--site', 'site.json'],
  ['maintenance', 'start', '--reason', 'x', '--deadline', '0', '--site', 'site.json'],
  ['maintenance', 'status'],
  ['maintenance', 'status', '--redis', 'redis://127.0.0.1'],
  ['maintenance', 'status', '--site', 'no such file'],
  [
    'maintenance',
    'resume',
    '--redis',
    'redis://:secret@127.0.0.1',
    '--lane',
    'So11111111111111111111111111111111111111112',
  ],
  ['maintenance', 'waive', 'x'],
];
const noProgram = '1'.repeat(32);
/** What the embedded node itself refuses; its code must come through. */
const refusedByLocalnet: readonly (readonly [string, RegExp, ...string[]])[] = [
  ['OPTION_INVALID', /slotMs must be a whole number of 1 to/, '--slot-ms', '0'],
  ['OPTION_INVALID', /port must be a whole number of 0 to 65534/, '--rpc-port', '70000'],
  ['OPTION_INVALID', /port must be/, '--rpc-port', '65535'],
  ['ADDRESS_INVALID', /nobody is no address/, '--mint', 'nobody'],
  ['ADDRESS_INVALID', /can't be given lamports/, '--mint', noProgram],
  ['ACCOUNT_FILE_INVALID', /\/nowhere\.json does not exist/, '--account', '-', '/nowhere.json'],
  ['PROGRAM_UNREADABLE', /\/nowhere\.so/, '--bpf-program', noProgram, '/nowhere.so'],
  ['PROGRAM_REFUSED', /refused by the loader/, '--bpf-program', SETTLEMENT, import.meta.filename],
];
for (const [code, message, ...flags] of refusedByLocalnet) {
  test(`"localnet ${flags.join(' ')}" is ${code}, with exit 2 and nothing left behind`, async () => {
    const listeners = process.listenerCount('SIGTERM');
    const { stderr, ...rest } = await lockstep('localnet', '--rpc-port', '0', '--quiet', ...flags);
    assert.deepEqual(rest, { code: 2, stdout: '' });
    assert.ok(stderr.startsWith(`${code}: `), stderr);
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /report it/);
    assert.equal(process.listenerCount('SIGTERM'), listeners);
  });
}

test('a port that somebody else has is PORT_TAKEN, with exit 2', async () => {
  const blocker = createServer().listen(0, '127.0.0.1');
  await once(blocker, 'listening');
  const address = blocker.address();
  assert.ok(address !== null && typeof address === 'object');
  const { code, stderr } = await lockstep('localnet', '--quiet', '--rpc-port', `${address.port}`);
  blocker.close();
  assert.equal(code, 2);
  assert.match(stderr, /^PORT_TAKEN: /);
});

for (const argv of unusable) {
  test(`"${argv.join(' ')}" is one line and advice, with exit 2`, async () => {
    const people = await lockstep(...argv);
    assert.equal(people.code, 2);
    assert.match(people.stderr, /^[A-Z_]+: .+\n {2}\S.*\n$/);
    assert.equal(people.stdout, '');
    assert.doesNotMatch(people.stderr, /secret/);
  });
}

test('a rate that is none is told what a rate may be', async () => {
  const engine = ['engine', '--redis', 'redis://127.0.0.1:1', '--market', SETTLEMENT];
  for (const argv of [['start'], engine]) {
    const { code, stderr } = await lockstep(...argv, '--rate', 'fast');
    assert.equal(code, 2);
    assert.match(stderr, /It must be max, or a whole number of 1 to 1000000\./);
  }
});

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
    new LockstepError('REDIS_EVICTS', 'x', 'y'),
    ...['REDIS_UNREACHABLE', 'RPC_UNAVAILABLE', 'CHAIN_UNREACHABLE'].map((away) => new LockstepError(away, 'x', 'y')),
    new CommanderError(1, 'commander.unknownOption', 'x'),
    new CommanderError(0, 'commander.helpDisplayed', 'x'),
    new Interrupted('SIGINT'),
    new Interrupted('SIGTERM'),
    new Interrupted('SIGHUP'),
    Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }),
    new TypeError('bug'),
    'text',
  ].map(exitCodeOf);
  assert.deepEqual(codes, [1, 1, 2, 2, 2, 1, 1, 1, 2, 0, 130, 143, 129, 141, 1, 1]);
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
