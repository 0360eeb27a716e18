/**
 * Proves: what IDLs say in more than one way is read as what it means: the form before specs, const generics, tuples, groups of
 * accounts; and that alignment the IDL leaves open is judged in every way it may be. Does not prove: single rules; rules.test.ts does.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { checkIdl } from '../../gate/src/check/idl.ts';
import { parseIdl } from '../../gate/src/idl/parse.ts';
import { verdictOf } from '../../gate/src/verdict.ts';

const discriminator = (text: string): readonly number[] => [
  ...createHash('sha256').update(text).digest().subarray(0, 8),
];

const metadata = { name: 'forms', version: '0.1.0', spec: '0.1.0' };
const address = '11111111111111111111111111111111';

/** An IDL of spec 0.1.0 with the account `Held`. */
const held = (type: object, types: readonly object[] = []): string =>
  JSON.stringify({
    address,
    metadata,
    instructions: [],
    accounts: [{ name: 'Held', discriminator: discriminator('account:Held') }],
    types: [{ name: 'Held', ...type }, ...types],
  });

const struct = (fields: Readonly<Record<string, unknown>>) => ({
  type: { kind: 'struct', fields: Object.entries(fields).map(([name, type]) => ({ name, type })) },
});

const compare = (old: string, next: string) => checkIdl(parseIdl(old), parseIdl(next));
const idsOf = (old: string, next: string): readonly string[] => compare(old, next).map(({ rule }) => rule.id);

describe('the form before specs', () => {
  const legacy = (fields: readonly object[]): string =>
    JSON.stringify({
      version: '0.1.0',
      name: 'forms',
      instructions: [
        {
          name: 'putAway',
          accounts: [{ name: 'theOwner', isMut: false, isSigner: true }],
          args: [{ name: 'howMuch', type: 'u64' }],
        },
      ],
      accounts: [{ name: 'Held', type: { kind: 'struct', fields } }],
    });
  const FIELDS = [
    { name: 'theOwner', type: 'publicKey' },
    { name: 'amount', type: 'u64' },
  ];
  const modern = (fields: Readonly<Record<string, unknown>>, more: object = {}): string => {
    const idl = JSON.parse(held({ ...struct(fields), ...more }));
    idl.instructions.push({
      name: 'put_away',
      discriminator: discriminator('global:put_away'),
      accounts: [{ name: 'the_owner', signer: true }],
      args: [{ name: 'how_much', type: 'u64' }],
    });
    return JSON.stringify(idl);
  };

  test('means the same as its successor', () => {
    const same = modern({ the_owner: 'pubkey', amount: 'u64' });
    assert.deepEqual(idsOf(legacy(FIELDS), same), ['LS-IDL-002']);
  });

  test('does not say zero-copy, so its successor may', () => {
    const mapped = { serialization: 'bytemuck', repr: { kind: 'c' } };
    assert.deepEqual(idsOf(legacy(FIELDS), modern({ the_owner: 'pubkey', amount: 'u64' }, mapped)), ['LS-IDL-002']);
  });

  test('is judged across the change of form', () => {
    assert.ok(idsOf(legacy(FIELDS), modern({ amount: 'u64', the_owner: 'pubkey' })).includes('LS-ACC-005'));
  });

  test('a change that fits borsh and not zero-copy, or the reverse, is unknown', () => {
    const reserved = (length: number) => ({ name: 'reserved', type: { array: ['u8', length] } });
    const old = legacy([{ name: 'flag', type: 'u8' }, reserved(15)]);
    const next = legacy([{ name: 'flag', type: 'u8' }, { name: 'amount', type: 'u64' }, reserved(7)]);
    assert.equal(verdictOf(compare(old, next)), 'unknown');
  });
});

describe('types', () => {
  test('a const generic is the length it stands for', () => {
    const box = {
      name: 'Box',
      generics: [{ kind: 'const', name: 'N', type: 'usize' }],
      ...struct({ items: { array: ['u64', { generic: 'N' }] } }),
    };
    const of = (value: string) =>
      held(struct({ box: { defined: { name: 'Box', generics: [{ kind: 'const', value }] } }, end: 'u8' }), [box]);
    assert.deepEqual(idsOf(of('4'), of('4')), []);
    assert.ok(idsOf(of('4'), of('8')).includes('LS-ACC-021'));
  });

  test('a tuple, a struct inside and an alias are their parts', () => {
    const pair = { name: 'Pair', type: { kind: 'struct', fields: ['u64', 'u8'] } };
    const amount = { name: 'Amount', type: { kind: 'type', alias: 'u64' } };
    const old = held(struct({ pair: { defined: { name: 'Pair' } }, total: 'u64' }), [pair]);
    const next = held(struct({ pair: { defined: { name: 'Pair' } }, total: { defined: { name: 'Amount' } } }), [
      pair,
      amount,
    ]);
    assert.equal(verdictOf(compare(old, next)), 'fits');
    const swapped = { ...pair, type: { kind: 'struct', fields: ['u8', 'u64'] } };
    assert.equal(
      verdictOf(compare(old, held(struct({ pair: { defined: { name: 'Pair' } }, total: 'u64' }), [swapped]))),
      'breaks',
    );
  });

  test('a type inside itself ends', () => {
    const node = { name: 'Node', ...struct({ value: 'u64', next: { option: { defined: { name: 'Node' } } } }) };
    const list = held(struct({ head: { defined: { name: 'Node' } } }), [node]);
    assert.deepEqual(idsOf(list, list), []);
  });

  test('a kind of type that nobody knows is unknown, also when nothing changed', () => {
    const odd = held(struct({ odd: { tree: 'u64' } }));
    assert.equal(verdictOf(compare(odd, odd)), 'unknown');
    assert.equal(verdictOf(compare(odd, held(struct({ odd: { tree: 'u64' }, end: 'u8' })))), 'breaks');
    assert.equal(
      verdictOf(compare(held(struct({ odd: 'u64', end: 'u8' })), held(struct({ odd: { tree: 'u64' }, end: 'u8' })))),
      'unknown',
    );
  });
});

describe('alignment', () => {
  const mapped = { serialization: 'bytemuck', repr: { kind: 'c' } };
  const PODS = [{ name: 'PodU64', type: { kind: 'type', alias: 'u64' } }];
  const before = { flag: 'u8', reserved: { array: ['u8', 15] } };
  const after = { flag: 'u8', amount: 'u64', reserved: { array: ['u8', 7] } };
  const of = (fields: Readonly<Record<string, unknown>>, types: readonly object[]) =>
    held({ ...struct(fields), ...mapped }, types);

  test('natural: a u64 behind one byte makes a gap, and the account grows', () => {
    assert.equal(verdictOf(compare(of(before, []), of(after, []))), 'breaks');
  });

  test('of Pod wrappers: it stands where it is written', () => {
    assert.equal(verdictOf(compare(of(before, PODS), of(after, PODS))), 'fits');
  });

  test('left open: what fits into a gap that may not be there is unknown', () => {
    const old = of({ flag: 'u8', amount: 'u64' }, []);
    const next = of({ flag: 'u8', mode: 'u8', amount: 'u64' }, []);
    assert.equal(verdictOf(compare(old, next)), 'unknown');
  });
});
