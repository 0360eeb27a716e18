// Proves: the real command settles generated trades from nothing to a verified chain, with one line of JSON last and nothing left
// behind; the same seed settles the same trades; refuses arguments it can't use with exit code 2 and one line.
// Does not prove: trade files (trade-files.test.ts), interrupts (interrupt.test.ts), a terminal's progress line.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runStart, startProcess } from './start-process.ts';

test('without any option: 1,000 trades, settled, verified, one proved, one withdrawal', async () => {
  const { code, json, stderr } = await runStart([]);
  assert.equal(code, 0, stderr);
  const { accepted, settled, voided, rejected, pending, duplicates, verified, byVersion, batches } = json;
  assert.deepEqual(
    { accepted, settled, voided, rejected, pending, duplicates, verified, byVersion },
    {
      accepted: 1_000,
      settled: 1_000,
      voided: 0,
      rejected: 0,
      pending: 0,
      duplicates: 0,
      verified: true,
      byVersion: { 1: batches },
    },
  );
  assert.match(String(json.stateRoot), /^[0-9a-f]{64}$/);
  assert.ok(Number.isInteger(json.elapsedMs));
  const { proof, withdrawal } = json as Record<string, Record<string, unknown>>;
  assert.equal(proof?.settled, true);
  assert.equal(proof?.root, json.stateRoot);
  assert.ok(BigInt(String(withdrawal?.quoteAtoms)) > 0n);
  assert.match(stderr, /verified/);
});

test('text goes to standard output without --json, and ends by itself without a terminal', async () => {
  const run = startProcess(['--count', '3', '--traders', '2', '--rate', '100']);
  const { code, stdout, stderr } = await run.ended;
  assert.equal(code, 0, stderr);
  assert.match(stdout, /3 trades accepted/);
  assert.equal(stderr, '');
  assert.deepEqual(run.leftovers(), []);
});

for (const args of [
  ['--count', '0'],
  ['--rate', 'fast'],
  ['--tick', '1e-3'],
  ['--traders', '1'],
  ['--bogus'],
  ['extra'],
]) {
  test(`${args.join(' ')} is refused before anything is started`, async () => {
    const { code, stderr, json } = await runStart(args);
    assert.equal(code, 2);
    assert.match(stderr, /^USAGE: .*\n {2}\S.*\n$/);
    assert.equal((json.error as { code: string }).code, 'USAGE');
  });
}
