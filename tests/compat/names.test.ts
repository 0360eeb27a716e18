/**
 * Proves: names that share a word, or say too little to tell, are taken for a rename, and those of two things are not; IDLs of Shank are
 * told apart by their numbers; tuples have a layout. Each pair of names is of a public program's history.
 * Does not prove: that two things with a word in common are one.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkIdl } from '../../gate/src/check/idl.ts';
import { parseIdl } from '../../gate/src/idl/parse.ts';
import { isUnrelated } from '../../gate/src/layout/words.ts';
import { verdictOf } from '../../gate/src/verdict.ts';

const RENAMES = [
  ['last_updated', 'last_update_ts'],
  ['deposits_in_serum', 'potential_serum_tokens'],
  ['perps/realized_other_pnl_native', 'perps/oneshot_settle_pnl_allowance'],
  ['ChangeConfigAuthority', 'SetConfigAuthority'],
  ['owner', 'authority'],
  ['balance_native', 'balance_spot'],
  ['field_3', 'renamed_3'],
  ['a/max_position_size', 'b/max_position_size'],
] as const;
const REPLACEMENTS = [
  ['amm/max_position_size', 'amm/mm_oracle_slot'],
  ['maker_order_id', 'success_condition'],
  ['immediate_or_cancel', 'bit_flags'],
  ['ChangeAllowExternalExecute', 'SetTimeLock'],
] as const;

describe('names', () => {
  for (const [was, now] of RENAMES)
    test(`${was} may be ${now}`, () =>
      assert.deepEqual([isUnrelated(was, now), isUnrelated(now, was)], [false, false]));
  for (const [was, now] of REPLACEMENTS)
    test(`${was} is hardly ${now}`, () =>
      assert.deepEqual([isUnrelated(was, now), isUnrelated(now, was)], [true, true]));
});

const judge = (was: object, now: object) => {
  const findings = checkIdl(parseIdl(JSON.stringify(was)), parseIdl(JSON.stringify(now)));
  return { verdict: verdictOf(findings), ids: findings.map(({ rule }) => rule.id) };
};

/** The form of Shank: numbers in place of discriminators. */
const shank = (instructions: readonly (readonly [string, number])[], element = 'u32') => ({
  version: '1.0.0',
  name: 'book',
  metadata: { origin: 'shank', address: 'Book111111111111111111111111111111111111111' },
  instructions: instructions.map(([name, value]) => ({
    name,
    discriminant: { type: 'u8', value },
    accounts: [],
    args: [],
  })),
  accounts: [
    { name: 'Book', type: { kind: 'struct', fields: [{ name: 'pair', type: { vec: { tuple: ['u64', element] } } }] } },
  ],
});

describe('an IDL of Shank', () => {
  const old = shank([['Swap', 4]]);
  test('is itself', () => assert.equal(judge(old, old).verdict, 'fits'));
  test('with another number for an instruction breaks', () => {
    assert.deepEqual(judge(old, shank([['Swap', 5]])), { verdict: 'breaks', ids: ['LS-IX-003', 'LS-IDL-003'] });
  });
  test('may have two instructions of one name, with numbers of their own', () => {
    assert.equal(
      judge(
        old,
        shank([
          ['Swap', 4],
          ['Swap', 13],
        ]),
      ).verdict,
      'fits',
    );
    assert.throws(
      () =>
        judge(
          old,
          shank([
            ['Swap', 4],
            ['Swap', 4],
          ]),
        ),
      /two called swap/,
    );
  });
  test('has tuples, element by element', () => assert.equal(judge(old, shank([['Swap', 4]], 'u64')).verdict, 'breaks'));
});
