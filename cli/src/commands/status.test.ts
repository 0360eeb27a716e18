// Proves: what `lockstep status` can't look at it refuses before it asks anybody, without repeating a password.
// Does not prove: what it shows (status/lane.test.ts, tests/start, tests/e2e/v2-against-v1.test.ts).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idl } from '#client';
import { lockstep } from '../../../tests/support/lockstep.ts';

for (const [argv, code] of [
  [['--redis', 'redis://127.0.0.1:1'], 'OPTION_MISSING'],
  [['--redis', 'redis://:secret@127.0.0.1:1', '--market', idl.address], 'OPTION_INVALID'],
  [['--redis', 'http://127.0.0.1:1'], 'OPTION_INVALID'],
  [['--relayer', 'ftp://user:secret@127.0.0.1'], 'OPTION_INVALID'],
  [['--relayer', 'nowhere'], 'OPTION_INVALID'],
] as const) {
  test(`status ${argv.join(' ')} is ${code}`, async () => {
    const { code: exit, stderr } = await lockstep('status', ...argv);
    assert.equal(exit, 2);
    assert.match(stderr, new RegExp(`^${code}: `));
    assert.doesNotMatch(stderr, /secret/);
  });
}
