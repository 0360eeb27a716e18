/**
 * Proves: changes that are hidden from a comparison of two definitions are found: inside of a type that a custom serialization reads, in the
 * order of an enum's values.
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
