import assert from 'node:assert/strict';
import type { ClientErrorCode } from '../errors.ts';
import { LockstepError } from '../errors.ts';

/** Asserts that `act` is refused with this code and says what to do about it. */
export function refuses(code: ClientErrorCode, act: () => unknown): void {
  assert.throws(act, (error) => {
    assert.ok(error instanceof LockstepError, `${error}`);
    assert.equal(error.code, code);
    assert.ok(error.advice.length > 0);
    return true;
  });
}
