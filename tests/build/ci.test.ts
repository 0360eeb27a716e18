/**
 * Proves: no failing step of .ci/run passes, an undecided one neither unless that is allowed, and then what was not proven is said in
 * capitals; the last line adds up what the runs printed; the test runner's exit code is that of the tests. Does not prove: the steps themselves.
 */
import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Checkout, type Outcome, repo } from './setup/checkout.ts';

function steps(...lines: readonly string[]): Outcome & { lastLine: string | undefined } {
  const checkout = new Checkout('ci/steps.sh');
  const script = ['unset ALLOW_UNKNOWN', 'set -Eeuo pipefail', 'source ci/steps.sh', ...lines, 'conclude'].join('\n');
  const outcome = checkout.run('bash', ['-c', script]);
  return { ...outcome, lastLine: outcome.stdout.trimEnd().split('\n').at(-1) };
}

describe('the steps of .ci/run', () => {
  test('add up the totals of node and cargo', () => {
    const { status, lastLine } = steps(
      `step tests echo 'ℹ pass 12'`,
      `step more printf 'ℹ pass 3\\nℹ fail 0\\n'`,
      `step rust echo 'test result: ok. 7 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out'`,
    );
    assert.equal(lastLine, '22 passed, 0 failed');
    assert.equal(status, 0);
  });

  test('count failing tests and fail', () => {
    const { status, lastLine } = steps(`step tests bash -c 'printf "ℹ pass 3\\nℹ fail 2\\n"; exit 1'`);
    assert.equal(lastLine, '3 passed, 2 failed');
    assert.equal(status, 1);
  });

  test('count a test that did not end as failed', () => {
    const { lastLine } = steps(`step tests bash -c 'printf "ℹ pass 3\\nℹ fail 1\\nℹ cancelled 2\\n"; exit 1'`);
    assert.equal(lastLine, '3 passed, 3 failed');
  });

  test('never look clean when a step fails without a failing test', () => {
    const { status, stdout, lastLine } = steps(`step tests echo 'ℹ pass 3'`, 'step object false', 'step other true');
    assert.match(stdout, /^!!! OBJECT: FAILED WITH 1$/m);
    assert.match(stdout, /^object +FAILED/m);
    assert.match(stdout, /^other +passed/m);
    assert.equal(lastLine, '3 passed, 1 failed');
    assert.equal(status, 1);
  });

  const UNDECIDED = [`step object bash -c 'exit 3'`, `step tests echo 'ℹ pass 1'`];

  test('go on after a step that could not be decided, and fail in the end', () => {
    const { status, stdout, lastLine } = steps(...UNDECIDED);
    assert.match(stdout, /^!!! OBJECT: NOT DECIDED ON THIS MACHINE$/m);
    assert.match(stdout, /^object +UNKNOWN/m);
    assert.match(stdout, /^tests +passed/m);
    assert.match(stdout, /^!!! NOT PROVEN: OBJECT$/m);
    assert.equal(lastLine, '1 passed, 1 failed');
    assert.equal(status, 1);
  });

  test('let it pass with ALLOW_UNKNOWN=1, and say what was not proven', () => {
    const { status, stdout, lastLine } = steps('ALLOW_UNKNOWN=1', ...UNDECIDED, 'step program bash -c "exit 3"');
    assert.match(stdout, /^!!! NOT PROVEN: OBJECT$/m);
    assert.match(stdout, /^!!! NOT PROVEN: PROGRAM$/m);
    assert.match(stdout, /^!!! LET PASS BY ALLOW_UNKNOWN=1$/m);
    assert.equal(lastLine, '1 passed, 0 failed');
    assert.equal(status, 0);
  });

  test('do not take another value of it for 1, nor let a failure pass by it', () => {
    assert.equal(steps('ALLOW_UNKNOWN=0', ...UNDECIDED).status, 1);
    assert.equal(steps('ALLOW_UNKNOWN=1', ...UNDECIDED, 'step other false').status, 1);
  });

  test('fail when a program of a step does not exist', () => {
    assert.equal(steps('step tests no-such-program').status, 1);
  });
});

describe('npm test', () => {
  const runner = (...parts: readonly string[]): Outcome => {
    const checkout = new Checkout('tools/test.mjs', 'tools/setup.mjs', 'package.json', 'package-lock.json');
    symlinkSync(join(repo, 'node_modules'), join(checkout.folder, 'node_modules'));
    checkout.write('a/good.test.ts', `import { test } from 'node:test';\ntest('good', () => undefined);\n`);
    checkout.write(
      'b/bad.test.ts',
      `import { test } from 'node:test';\ntest('bad', () => { throw new Error('no'); });\n`,
    );
    return checkout.run('node', ['tools/test.mjs', ...parts]);
  };

  test('runs the files whose path contains the text, and ends with their summary', () => {
    const { status, stdout } = runner('good');
    assert.match(stdout, /ℹ pass 1\nℹ fail 0\n/);
    assert.equal(status, 0);
  });

  test('fails when a test fails', () => {
    const { status, stdout } = runner('a/', 'b/');
    assert.match(stdout, /ℹ pass 1\nℹ fail 1\n/);
    assert.equal(status, 1);
  });

  test('fails when no file matches', () => {
    const { status, stderr } = runner('no-such-test');
    assert.match(stderr, /no test file's path contains no-such-test/);
    assert.equal(status, 1);
  });
});
