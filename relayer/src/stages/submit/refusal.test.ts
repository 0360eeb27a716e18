// Proves: every error the program can answer a batch with has the reaction that fits it.
// Does not prove: the order of the program's checks; docs/reference/program.md and tests/program do.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idl, tradeId } from '#client';
import { reactTo } from './refusal.ts';

const refusal = (name: string, code = 6_000) => ({ name, code, message: name, advice: 'a' });

test('a trade’s own refusal voids that trade', () => {
  const trade = { index: 3, tradeId: tradeId(41), result: 7 };
  assert.deepEqual(reactTo({ ...refusal('InsufficientQuote'), trade }), {
    kind: 'void',
    index: 3,
    tradeId: 41n,
    code: 'InsufficientQuote',
  });
});

const expected: Readonly<Record<string, string>> = {
  SequenceSettled: 'taken',
  SequenceAhead: 'ahead',
  Paused: 'wait',
  VersionNotAllowed: 'unrouted',
  InvalidBatchVersion: 'unrouted',
  PrevDigestMismatch: 'rebased',
  NotActiveRelayer: 'wait',
  BatchTooSmall: 'wait',
};

for (const { name, code } of idl.errors) {
  test(`${name}: ${expected[name] ?? 'halt'}`, () => {
    assert.equal(reactTo(refusal(name, code)).kind, expected[name] ?? 'halt');
  });
}

test('every name that has a reaction is an error of the program', () => {
  const names = idl.errors.map((error) => error.name);
  for (const name of Object.keys(expected)) assert.ok(names.includes(name), name);
});

test('a refusal of the runtime is not about the batch', () => {
  assert.equal(reactTo(refusal('InvalidProgramForExecution', -1)).kind, 'wait');
});
