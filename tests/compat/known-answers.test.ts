/**
 * Proves: changes that other checkers call safe, or that cost somebody money, are judged right; each says what really happens, measured
 * with borsh 1.5.7 and Anchor. Does not prove: anything about those checkers as they are today.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkIdl } from '../../gate/src/check/idl.ts';
import type { Severity } from '../../gate/src/finding.ts';
import { parseIdl } from '../../gate/src/idl/parse.ts';

type Fields = readonly (readonly [name: string, type: unknown])[];

const account = (fields: Fields, types: readonly object[] = []) =>
  parseIdl(
    JSON.stringify({
      address: '11111111111111111111111111111111',
      metadata: { name: 'known', version: '0.1.0', spec: '0.1.0' },
      instructions: [],
      accounts: [{ name: 'Held', discriminator: [1, 2, 3, 4, 5, 6, 7, 8] }],
      types: [
        { name: 'Held', type: { kind: 'struct', fields: fields.map(([name, type]) => ({ name, type })) } },
        ...types,
      ],
    }),
  );

function severities(was: Fields, now: Fields, bytes?: number): readonly Severity[] {
  const sizes = new Map(bytes === undefined ? [] : [['Held', bytes] as const]);
  return checkIdl(account(was), account(now), sizes)
    .filter(({ path }) => path.startsWith('accounts/'))
    .map(({ rule }) => rule.severity);
}

const AMOUNT = ['amount', 'u64'] as const;
const LIMIT = ['limit', 'u64'] as const;
const NOTE = ['note', { option: 'u64' }] as const;

describe('known wrong answers', () => {
  test('an Option appended to an account of exact size does not default to None: it does not decode', () => {
    assert.deepEqual(severities([AMOUNT], [AMOUNT, NOTE]), ['breaking']);
  });

  test('an Option appended into zeros does: None is what zeros decode to', () => {
    assert.deepEqual(severities([AMOUNT], [AMOUNT, NOTE], 64), ['warning']);
  });

  test('borsh is not independent of order: two u64 swapped are two values swapped', () => {
    assert.deepEqual(severities([AMOUNT, LIMIT], [LIMIT, AMOUNT]), ['silent']);
  });

  test('a field inserted before flags and bumps shifts them without an error', () => {
    const tail: Fields = [
      ['paused', 'bool'],
      ['vault_bump', 'u8'],
    ];
    assert.deepEqual(severities([AMOUNT, ...tail], [AMOUNT, ['mode', 'u8'], ...tail], 256), ['silent']);
  });

  test('one u64 read as two u32 is two numbers nobody wrote', () => {
    assert.deepEqual(severities([AMOUNT, LIMIT], [['low', 'u32'], ['high', 'u32'], LIMIT]), ['silent']);
  });

  test('bytes behind a String are what a longer one left, not zeros', () => {
    assert.deepEqual(severities([['name', 'string']], [['name', 'string'], AMOUNT], 256), ['silent']);
  });

  test('a struct inside that grows moves everything behind it', () => {
    const inner = (fields: Fields) => ({
      name: 'Inner',
      type: { kind: 'struct', fields: fields.map(([name, type]) => ({ name, type })) },
    });
    const outer: Fields = [['inner', { defined: { name: 'Inner' } }], AMOUNT];
    const findings = checkIdl(account(outer, [inner([LIMIT])]), account(outer, [inner([LIMIT, ['flag', 'bool']])]));
    assert.deepEqual(
      findings.filter(({ rule }) => rule.severity === 'silent').map(({ path }) => path),
      ['accounts/Held/inner/flag'],
    );
  });
});
