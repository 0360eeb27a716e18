/**
 * Proves: changes that are hidden from a comparison of two definitions are found: inside of a type that a custom serialization reads, in the
 * order of an enum's values, under a discriminator or code that is taken, behind a name that only ends like padding, in the state of old
 * programs, in a feature of an edition. And that what looks like a change and is none passes: seeds cut elsewhere, a map as its entries.
 * Does not prove: single rules; rules.test.ts does.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkIdl } from '../../gate/src/check/idl.ts';
import { parseIdl } from '../../gate/src/idl/parse.ts';
import { checkProto } from '../../gate/src/proto/check.ts';
import { parseProto } from '../../gate/src/proto/parse.ts';
import { verdictOf } from '../../gate/src/verdict.ts';

const address = '11111111111111111111111111111111';
const metadata = { name: 'hidden', version: '0.1.0', spec: '0.1.0' };
const DISCRIMINATOR = [1, 2, 3, 4, 5, 6, 7, 8];

const judge = (old: object, next: object) =>
  verdictOf(checkIdl(parseIdl(JSON.stringify(old)), parseIdl(JSON.stringify(next))));

const struct = (fields: Readonly<Record<string, unknown>>) => ({
  kind: 'struct',
  fields: Object.entries(fields).map(([name, type]) => ({ name, type })),
});
const defined = (name: string, more: object = {}) => ({ defined: { name, ...more } });

describe('a custom serialization reads what its definition reaches', () => {
  const wrapper = { name: 'Outer', serialization: { custom: 'k' }, type: struct({ inner: defined('Inner') }) };
  const places: Readonly<Record<string, object>> = {
    'an account': { accounts: [{ name: 'Outer', discriminator: DISCRIMINATOR }], instructions: [] },
    'an event': { events: [{ name: 'Outer', discriminator: DISCRIMINATOR }], instructions: [] },
    'an argument': {
      instructions: [
        { name: 'put', discriminator: DISCRIMINATOR, accounts: [], args: [{ name: 'it', type: defined('Outer') }] },
      ],
    },
    'a part of an account': {
      instructions: [],
      accounts: [{ name: 'Whole', discriminator: DISCRIMINATOR }],
    },
    'an answer': {
      instructions: [{ name: 'put', discriminator: DISCRIMINATOR, accounts: [], args: [], returns: defined('Outer') }],
    },
  };
  const whole = { name: 'Whole', type: struct({ count: 'u8', outer: defined('Outer') }) };
  const inners: Readonly<Record<string, readonly [object, object]>> = {
    'a struct': [struct({ bid: 'u64', ask: 'u64' }), struct({ ask: 'i32', bid: 'u64' })],
    'an enum': [
      { kind: 'enum', variants: [{ name: 'Buy' }, { name: 'Sell' }] },
      { kind: 'enum', variants: [{ name: 'Sell' }, { name: 'Buy' }] },
    ],
    'an alias': [
      { kind: 'type', alias: 'u64' },
      { kind: 'type', alias: 'u8' },
    ],
  };
  for (const [where, parts] of Object.entries(places)) {
    const idl = (inner: object) => ({
      address,
      metadata,
      ...parts,
      types: [wrapper, { name: 'Inner', type: inner }, ...(where === 'a part of an account' ? [whole] : [])],
    });
    for (const [what, [was, now]] of Object.entries(inners)) {
      test(`${where}: ${what} inside that changed does not pass, one that did not does`, () => {
        const verdict = judge(idl(was), idl(now));
        // An answer that changed is breaking for whoever calls.
        assert.equal(verdict, where === 'an answer' ? 'breaks' : 'unknown');
        assert.equal(judge(idl(was), idl(was)), 'fits');
      });
    }
    test(`${where}: one that is defined nowhere is unknown`, () => {
      const idl = { address, metadata, ...parts, types: [wrapper, whole] };
      assert.equal(judge(idl, idl), 'unknown');
    });
  }

  test('and what its parameters stand for', () => {
    const box = { name: 'Box', serialization: { custom: 'k' }, generics: [{ kind: 'type', name: 'T' }] };
    const idl = (type: string) => ({
      address,
      metadata,
      instructions: [],
      accounts: [{ name: 'Whole', discriminator: DISCRIMINATOR }],
      types: [
        { ...box, type: struct({ it: { generic: 'T' } }) },
        { name: 'Whole', type: struct({ box: defined('Box', { generics: [{ kind: 'type', type }] }) }) },
      ],
    });
    assert.equal(judge(idl('u64'), idl('i64')), 'unknown');
    assert.equal(judge(idl('u64'), idl('u64')), 'fits');
  });
});

const proto = (text: string) => parseProto([{ name: 'x.proto', text }]);
const idsOf = (old: string, next: string) =>
  checkProto(proto(old), proto(next)).map(({ rule, path }) => `${rule.id} ${path}`);

describe('the value that an enum left out stands for', () => {
  const file = (values: string, field: string) =>
    `syntax = "proto2"; package fix; enum Side { ${values} } message Trade { ${field} }`;
  const [WAS, NOW] = ['BUY = 1; SELL = 2;', 'SELL = 2; BUY = 1;'];
  const found = (field: string) => idsOf(file(WAS, field), file(NOW, field));

  test('is the first: another first value is another default', () => {
    assert.deepEqual(found('optional Side side = 1;'), ['LS-PRO-029 proto/fix.Trade/side']);
    assert.deepEqual(found('oneof one { Side side = 1; }'), ['LS-PRO-029 proto/fix.Trade/side']);
    assert.deepEqual(found('map<uint32, Side> side = 1;'), ['LS-PRO-029 proto/fix.Trade/side']);
  });
  test('not where a default is written, nothing can be left out, or it is a list', () => {
    assert.deepEqual(found('optional Side side = 1 [default = BUY];'), []);
    assert.deepEqual(found('required Side side = 1;'), []);
    assert.deepEqual(found('repeated Side side = 1;'), []);
  });
  test('also in a closed enum of an edition', () => {
    const edition = (values: string) =>
      `edition = "2023"; package fix; enum Side { option features.enum_type = CLOSED; ${values} } message Trade { Side side = 1; }`;
    assert.deepEqual(idsOf(edition(WAS), edition(NOW)), ['LS-PRO-029 proto/fix.Trade/side']);
  });
});

describe('what is told apart by how it starts', () => {
  const types = ['One', 'Two', 'Six'].map((name) => ({ name, type: struct({ amount: 'u64' }) }));
  const idl = (kind: string, ...tagged: readonly (readonly [string, readonly number[]])[]) => ({
    address,
    metadata,
    instructions: [],
    types,
    [kind]: tagged.map(([name, discriminator]) => ({ name, discriminator, code: discriminator[0] })),
  });
  for (const kind of ['accounts', 'events', 'errors']) {
    const one = ['One', [1, 2, 3]] as const;
    test(`${kind}: a new one under one that is taken, and two new ones under one, break`, () => {
      assert.equal(judge(idl(kind, one), idl(kind, one, ['Two', [1, 2, 3]])), 'breaks');
      assert.equal(judge(idl(kind, one), idl(kind, one, ['Two', [7]], ['Six', [7]])), 'breaks');
      assert.equal(judge(idl(kind, one), idl(kind, one, ['Two', [7, 1]], ['Six', [8]])), 'fits');
    });
    test(`${kind}: what was so before is no news`, () => {
      const both = idl(kind, one, ['Two', [1, 2, 3]]);
      assert.equal(judge(both, both), 'fits');
    });
  }
  for (const kind of ['accounts', 'events']) {
    test(`${kind}: the start of another breaks, on either side`, () => {
      assert.equal(judge(idl(kind, ['One', [1, 2]]), idl(kind, ['One', [1, 2]], ['Two', [1]])), 'breaks');
      assert.equal(judge(idl(kind, ['One', [1, 2]]), idl(kind, ['One', [1, 2]], ['Two', [1, 2, 3]])), 'breaks');
    });
  }
});

const held = (fields: Readonly<Record<string, unknown>>, serialization = 'borsh') => ({
  address,
  metadata,
  instructions: [],
  accounts: [{ name: 'Held', discriminator: DISCRIMINATOR }],
  types: [{ name: 'Held', serialization, repr: { kind: 'c' }, type: struct(fields) }],
});

describe('bytes that are kept free', () => {
  const bytes = (length: number, of = 'u8') => ({ array: [of, length] });
  for (const serialization of ['borsh', 'bytemuck']) {
    test(`${serialization}: a number whose name ends like padding is alive`, () => {
      for (const [name, type, next] of [
        ['price_gap', 'u64', 'i64'],
        ['launch_pad', 'u64', 'i64'],
        ['amount_reserved', 'u64', bytes(8)],
        ['fees_spare', 'u64', 'f64'],
        ['weights_gap', bytes(4, 'u16'), 'u64'],
      ] as const)
        assert.notEqual(judge(held({ [name]: type }, serialization), held({ y: next }, serialization)), 'fits', name);
    });
    test(`${serialization}: whole names, and arrays of bytes whose name ends so, are free`, () => {
      for (const [name, type] of [
        ['reserved', 'u64'],
        ['_reserved', bytes(8)],
        ['padding', bytes(1, 'u64')],
        ['pad0', 'u64'],
        ['_gap', 'u64'],
        ['padding_2', bytes(8)],
        ['my_padding', bytes(8)],
        ['market_reserved', bytes(1, 'u64')],
        ['end_pad3', bytes(8)],
      ] as const)
        assert.equal(judge(held({ [name]: type }, serialization), held({ fresh: 'u64' }, serialization)), 'fits', name);
    });
  }
});

describe('a form that is not known', () => {
  test('is no IDL: another spec', () => {
    assert.throws(() => judge({ ...held({}), metadata: { ...metadata, spec: '9.9.0' } }, held({})), {
      code: 'GATE_IDL_INVALID',
      message: /spec 9\.9\.0 is not known/,
    });
  });
  const withState = (fields: Readonly<Record<string, unknown>>, arg = 'u64') => ({
    version: '0.1.0',
    name: 'old',
    instructions: [{ name: 'put', accounts: [], args: [] }],
    state: {
      struct: { name: 'Counter', type: struct(fields) },
      methods: [{ name: 'put', accounts: [], args: [{ name: 'count', type: arg }] }],
    },
  });
  test('the state of an old program is an account, and its methods are instructions', () => {
    const old = withState({ count: 'u64' });
    assert.equal(judge(old, old), 'fits');
    assert.equal(judge(old, withState({ count: 'i64' })), 'breaks');
    assert.equal(judge(old, withState({ count: 'u64' }, 'u8')), 'breaks');
    assert.equal(judge(old, { ...old, state: undefined }), 'breaks');
  });
});

describe('text that is no UTF-8', () => {
  const file = (feature: string, field = 'string memo = 1') =>
    `edition = "2023"; package fix; message Trade { ${field} [features.utf8_validation = ${feature}]; }`;
  test('is refused by readers that check it, and was not before', () => {
    assert.deepEqual(idsOf(file('NONE'), file('VERIFY')), ['LS-PRO-017 proto/fix.Trade/memo']);
    assert.deepEqual(idsOf(file('VERIFY'), file('NONE')), ['LS-PRO-016 proto/fix.Trade/memo']);
    const map = 'map<string, uint32> sizes = 1';
    assert.deepEqual(idsOf(file('NONE', map), file('VERIFY', map)), ['LS-PRO-017 proto/fix.Trade/sizes']);
  });
  test('is nothing that numbers can be', () => {
    const number = 'uint32 size = 1';
    assert.deepEqual(idsOf(file('NONE', number), file('VERIFY', number)), []);
  });
});

describe('what looks like a change and is none', () => {
  test('a map, and the list of its entries; not of other entries', () => {
    const file = (field: string, entry: string) =>
      `syntax = "proto3"; package fix; message Entry { ${entry} } message Trade { ${field} }`;
    const ENTRY = 'string key = 1; uint32 value = 2;';
    const map = (entry: string) => file('map<string, uint32> sizes = 1;', entry);
    const list = (entry: string) => file('repeated Entry sizes = 1;', entry);
    assert.deepEqual(idsOf(map(ENTRY), list(ENTRY)), ['LS-PRO-035 proto/fix.Trade/sizes']);
    for (const entry of [
      'string key = 2; uint32 value = 1;',
      'string key = 1; sint32 value = 2;',
      'bytes key = 1; uint32 value = 2;',
      'string key = 1; repeated uint32 value = 2;',
      'string key = 1;',
    ])
      assert.deepEqual(idsOf(map(entry), list(entry)), ['LS-PRO-008 proto/fix.Trade/sizes'], entry);
    // A list may say a key twice.
    assert.deepEqual(idsOf(list(ENTRY), map(ENTRY)), ['LS-PRO-008 proto/fix.Trade/sizes']);
  });

  test('constant seeds that are cut elsewhere; not around another seed', () => {
    const argument = { kind: 'arg', path: 'id' };
    const constant = (...value: readonly number[]) => ({ kind: 'const', value });
    const idl = (...seeds: readonly object[]) => ({
      address,
      metadata,
      instructions: [
        { name: 'put', discriminator: DISCRIMINATOR, accounts: [{ name: 'it', pda: { seeds } }], args: [] },
      ],
    });
    assert.equal(judge(idl(constant(1, 2), argument), idl(constant(1), constant(2), argument)), 'fits');
    assert.equal(judge(idl(constant(1, 2), argument), idl(constant(1), argument, constant(2))), 'breaks');
    assert.equal(judge(idl(constant(1, 2)), idl(constant(2), constant(1))), 'breaks');
  });

  test('a bool as a u8 in accounts; not the reverse, nor in what old readers get', () => {
    for (const serialization of ['borsh', 'bytemuck']) {
      const of = (type: unknown) => held({ paused: type, rest: { array: ['u8', 7] } }, serialization);
      assert.equal(judge(of('bool'), of('u8')), 'fits');
      assert.equal(judge(of('u8'), of('bool')), 'breaks');
      assert.equal(judge(of('bool'), of('i8')), 'breaks');
    }
    const event = (type: string) => ({
      address,
      metadata,
      instructions: [],
      events: [{ name: 'Held', discriminator: DISCRIMINATOR }],
      types: [{ name: 'Held', type: struct({ paused: type }) }],
    });
    assert.equal(judge(event('bool'), event('u8')), 'breaks');
  });
});
