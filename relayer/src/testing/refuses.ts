import assert from 'node:assert/strict';
import { LockstepError } from '#client';
import type { RelayerErrorCode } from '../errors.ts';

const has = (code: RelayerErrorCode, message?: RegExp) => (error: unknown) => {
  assert.ok(error instanceof LockstepError, `not a LockstepError: ${error}`);
  assert.equal(error.code, code);
  assert.notEqual(error.advice, '');
  if (message !== undefined) assert.match(error.message, message);
  return true;
};

/** The call throws a coded error with advice. */
export const refuses = (code: RelayerErrorCode, call: () => unknown, message?: RegExp): void =>
  assert.throws(call, has(code, message));

export const rejects = (code: RelayerErrorCode, call: Promise<unknown>, message?: RegExp): Promise<void> =>
  assert.rejects(call, has(code, message));
