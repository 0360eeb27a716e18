/**
 * Proves: the .proto follows from the IDL and the lock, says each field's unit and range, and protobufjs reads and writes the golden
 * bytes with it. Does not prove: what the C++ generator makes of it; that is the engine's test of the same vectors.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import protobuf from 'protobufjs';
import { FieldNumberError } from '../../tools/generate/field-numbers.ts';
import type { Idl, IdlField } from '../../tools/generate/idl.ts';
import { LOCK_PATH, PROTO_FOLDER, protoFiles } from '../../tools/generate/proto.ts';

const repo = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(repo, path), 'utf8');

const FIELDS: readonly IdlField[] = [
  { name: 'trade_id', docs: ['1 to', '2^64 - 1.'], type: 'u64' },
  { name: 'buyer', docs: ['An `index`.'], type: 'u32' },
  { name: 'taker_is_buyer', docs: ['0 or 1.'], type: 'bool' },
];
const idlOf = (fields: readonly IdlField[]): Idl => ({
  types: ['TradeV1', 'TradeV2'].map((name) => ({ name, docs: ['One trade.'], type: { kind: 'struct', fields } })),
});
const protoOf = (fields: readonly IdlField[], lock = {}): string =>
  protoFiles(idlOf(fields), lock).get(`${PROTO_FOLDER}/trade_v1.proto`) ?? '';

describe('generation', () => {
  test('writes types, numbers, and the comments of the Rust source', () => {
    assert.match(
      protoOf(FIELDS),
      /package lockstep;\n\n\/\/ One trade\.\nmessage TradeEventV1 \{\n {2}\/\/ 1 to 2\^64 - 1\.\n {2}uint64 trade_id = 1;/,
    );
    assert.match(
      protoOf(FIELDS),
      /\n {2}\/\/ An index\.\n {2}uint32 buyer = 2;\n\n {2}\/\/ 0 or 1\.\n {2}bool taker_is_buyer = 3;\n\}\n$/,
    );
  });

  test('reserves what a lock reserved', () => {
    const lock = { TradeEventV1: { fields: {}, reserved: { venue: 7, memo: 4 } } };
    assert.match(protoOf(FIELDS, lock), / {2}reserved 4, 7;\n {2}reserved "memo", "venue";\n/);
    assert.match(protoOf(FIELDS, lock), /uint64 trade_id = 8;/);
  });

  test('keeps the lock of messages it does not write', () => {
    const old = { fields: { a: { number: 1, type: 'bool' } }, reserved: {} };
    const lock = JSON.parse(protoFiles(idlOf(FIELDS), { TradeEventV0: old }).get(LOCK_PATH) ?? '{}');
    assert.deepEqual(lock.TradeEventV0, old);
  });

  test('refuses a change of type that the lock forbids', () => {
    const lock = { TradeEventV1: { fields: { buyer: { number: 2, type: 'uint64' } }, reserved: {} } };
    assert.throws(() => protoOf(FIELDS, lock), FieldNumberError);
  });

  test('refuses a field without a doc comment', () => {
    assert.throws(() => protoOf([{ name: 'price', type: 'u64' }]), /price has no doc comment/);
  });

  test('refuses a type protobuf does not have', () => {
    assert.throws(() => protoOf([{ name: 'price', docs: ['x'], type: 'u128' }]), /no protobuf type/);
    assert.throws(
      () => protoOf([{ name: 'price', docs: ['x'], type: { defined: { name: 'P' } } }]),
      /no protobuf type/,
    );
  });

  test('refuses an IDL without the trade', () => {
    assert.throws(() => protoFiles({ types: [] }, {}), /no struct TradeV1/);
  });
});

interface EventCase {
  readonly name: string;
  readonly event: Record<string, unknown>;
  readonly bytes: string;
  readonly canonical: boolean;
}

for (const version of [1, 2]) {
  describe(`the committed .proto of version ${version}`, () => {
    const golden = JSON.parse(read(`tests/golden/v${version}/trade_events.json`)) as {
      cases: EventCase[];
      rejected: { name: string; bytes: string }[];
    };
    const message = protobuf
      .loadSync(join(repo, PROTO_FOLDER, `trade_v${version}.proto`))
      .lookupType(`lockstep.TradeEventV${version}`);
    const spelled = (name: string): string =>
      message.fieldsArray.find((field) => field.name === protobuf.util.camelCase(name))?.name ?? name;

    for (const { name, event, bytes, canonical } of golden.cases) {
      const expected = Object.fromEntries(Object.entries(event).map(([key, value]) => [spelled(key), value]));

      test(`decodes ${name}`, () => {
        const decoded = message.decode(Buffer.from(bytes, 'hex'));
        assert.deepEqual(message.toObject(decoded, { longs: String, defaults: true }), expected);
      });

      if (canonical) {
        test(`encodes ${name}`, () => {
          const withoutZeros = Object.fromEntries(
            Object.entries(expected).filter(([, value]) => value !== '0' && value !== 0 && value !== false),
          );
          assert.equal(Buffer.from(message.encode(message.fromObject(withoutZeros)).finish()).toString('hex'), bytes);
        });
      }
    }

    for (const { name, bytes } of golden.rejected) {
      test(`refuses ${name}`, () => {
        assert.throws(() => message.decode(Buffer.from(bytes, 'hex')));
      });
    }
  });
}

test('the committed .proto files follow from the committed IDL and lock', () => {
  for (const [path, content] of protoFiles(
    JSON.parse(read('idl/settlement.json')) as Idl,
    JSON.parse(read(LOCK_PATH)),
  )) {
    assert.equal(read(path), content, path);
  }
});
