// Proves: what is encoded decodes to itself, every column takes the smallest of its three encodings, no truncation or excess
// decodes, and no bytes at all make the decoder fail in another way than by its own refusal.
// Does not prove: that the bytes are the program's; golden-v2.test.ts and tests/program do.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { OrderTypeCode } from '../constants.ts';
import { MAX_TRADES_V2, ResultCode } from '../constants.ts';
import { LockstepError } from '../errors.ts';
import { anyBatchV2, anyTrade, anyTradesV2 } from '../testing/arbitraries.ts';
import { refuses } from '../testing/refusal.ts';
import { baseLots, price, sequence, tradeId, U64_MAX } from '../units.ts';
import { decodeBatch } from './batch.ts';
import { BytesReader, leb128, unzigzag, zigzag } from './bytes-reader.ts';
import { encodeColumn, readColumn } from './column.ts';
import { readResultCodes } from './results.ts';
import type { BatchV2, TradeV2 } from './v2.ts';
import { asV1, encodeBatchV2, V2_HEADER_BYTES } from './v2.ts';

const anyU64 = fc.bigInt({ min: 0n, max: U64_MAX });

test('a batch comes back as it went in', () => {
  fc.assert(
    fc.property(anyBatchV2, (batch) => {
      assert.deepEqual(decodeBatch(encodeBatchV2(batch)), { version: 2, ...batch });
    }),
  );
});

test('a payload inside a larger buffer decodes like one alone', () => {
  fc.assert(
    fc.property(anyBatchV2, (batch) => {
      const data = encodeBatchV2(batch);
      const larger = new Uint8Array(data.length + 9).fill(0xff);
      larger.set(data, 4);
      assert.deepEqual(decodeBatch(larger.subarray(4, 4 + data.length)), { version: 2, ...batch });
    }),
  );
});

test('every truncation and every trailing byte is refused', () => {
  fc.assert(
    fc.property(anyBatchV2, fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 30 }), (batch, cut, tail) => {
      const data = encodeBatchV2(batch);
      refuses('MALFORMED_BATCH', () => decodeBatch(data.subarray(0, 1 + (cut % (data.length - 1)))));
      refuses('MALFORMED_BATCH', () => decodeBatch(Uint8Array.from([...data, ...tail])));
    }),
  );
});

test('changed bytes are a batch or refused, nothing else', () => {
  const anyChange = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
  fc.assert(
    fc.property(anyBatchV2, fc.array(anyChange, { minLength: 1, maxLength: 4 }), (batch, changes) => {
      const data = encodeBatchV2(batch);
      for (const [at, byte] of changes) data[1 + (at % (data.length - 1))] = byte;
      try {
        const decoded = decodeBatch(data);
        assert.equal(decoded.version, 2);
        // What was read can be written, in no more bytes.
        if (decoded.version === 2) assert.ok(encodeBatchV2(decoded).length <= data.length);
      } catch (error) {
        assert.ok(error instanceof LockstepError && error.code === 'MALFORMED_BATCH', `${error}`);
      }
    }),
    { numRuns: 300 },
  );
});

test('a column of any values comes back, and none of its encodings is smaller', () => {
  const anyColumn = fc.oneof(
    fc.array(anyU64, { maxLength: 80 }),
    fc.array(fc.bigInt({ min: 0n, max: 9n }), { maxLength: 80 }),
    fc.array(fc.constantFrom(0n, 1n), { maxLength: 200 }),
    fc.tuple(anyU64, fc.nat(300)).map(([value, count]) => Array<bigint>(count).fill(value)),
  );
  fc.assert(
    fc.property(anyColumn, (values) => {
      const bytes = encodeColumn(values);
      const reader = new BytesReader(bytes);
      assert.deepEqual(readColumn(reader, values.length, 64)(), values);
      assert.ok(reader.isAtEnd);
      const plain = values.reduce((sum, value) => sum + leb128(value).length, 0);
      assert.ok(bytes.length <= 1 + leb128(BigInt(plain)).length + plain);
      const width = values.reduce((widest, value) => Math.max(widest, value.toString(2).length), 1);
      assert.ok(bytes.length <= 2 + Math.ceil((values.length * width) / 8));
    }),
  );
});

test('a step leads from any price to any other, and a small one is a small number', () => {
  fc.assert(
    fc.property(anyU64, anyU64, fc.bigInt({ min: -60n, max: 60n }), (from, to, step) => {
      assert.equal(unzigzag(from, zigzag(from, to)), to);
      assert.ok(zigzag(from, BigInt.asUintN(64, from + step)) <= 120n);
    }),
  );
});

test('ids must follow each other, and a batch has at most 1,024 trades', () => {
  const [trade] =
    fc.sample(
      anyTradesV2.filter((trades) => trades.length > 0),
      1,
    )[0] ?? [];
  assert.ok(trade);
  const batch = (trades: TradeV2[]): BatchV2 => ({
    sequence: sequence(1),
    firstTradeId: tradeId(5),
    prevDigestPrefix: 0n,
    trades,
  });
  const following = (count: number) => Array.from({ length: count }, (_, i) => ({ ...trade, tradeId: tradeId(5 + i) }));
  assert.equal(decodeBatch(encodeBatchV2(batch(following(MAX_TRADES_V2)))).trades.length, MAX_TRADES_V2);
  refuses('OUT_OF_RANGE', () => encodeBatchV2(batch(following(MAX_TRADES_V2 + 1))));
  refuses('OUT_OF_RANGE', () => encodeBatchV2(batch(following(3).toReversed())));
  refuses('OUT_OF_RANGE', () => encodeBatchV2(batch(following(3).slice(1))));
  refuses('OUT_OF_RANGE', () => encodeBatchV2({ ...batch(following(2)), firstTradeId: tradeId(U64_MAX) }));
});

test('ids that run past the last one there is are refused', () => {
  const data = encodeBatchV2({
    sequence: sequence(1),
    firstTradeId: tradeId(1),
    prevDigestPrefix: 0n,
    trades: [1, 2].map((id) => ({ ...settled, tradeId: tradeId(id) })),
  });
  data.fill(0xff, 9, 17);
  refuses('MALFORMED_BATCH', () => decodeBatch(data));
});

const settled: TradeV2 = {
  tradeId: tradeId(1),
  buyer: 0,
  seller: 1,
  price: price(100),
  quantity: baseLots(5),
  takerIsBuyer: true,
  orderType: 0,
  feeTier: 0,
};

test('a field outside its unit is refused before it is encoded', () => {
  const encode = (wrong: Partial<Record<keyof TradeV2, unknown>>) => () =>
    encodeBatchV2({
      sequence: sequence(1),
      firstTradeId: tradeId(1),
      prevDigestPrefix: 0n,
      trades: [{ ...settled, ...wrong } as TradeV2],
    });
  assert.equal(encode({})().length, V2_HEADER_BYTES + 15);
  refuses('OUT_OF_RANGE', encode({ quantity: U64_MAX + 1n }));
  refuses('OUT_OF_RANGE', encode({ price: -1n }));
  refuses('OUT_OF_RANGE', encode({ buyer: 2 ** 32 }));
  refuses('OUT_OF_RANGE', encode({ seller: 0.5 }));
  refuses('OUT_OF_RANGE', encode({ orderType: 8 }));
  refuses('OUT_OF_RANGE', encode({ feeTier: 4 }));
  refuses('OUT_OF_RANGE', encode({ feeTier: -1 }));
});

test('only a limit order in the first tier can be said in version 1', () => {
  fc.assert(
    fc.property(anyTrade, fc.nat(7), fc.nat(3), (trade, orderType, feeTier) => {
      const asOld = asV1({ ...trade, orderType: orderType as OrderTypeCode, feeTier });
      assert.deepEqual(asOld, orderType === 0 && feeTier === 0 ? trade : undefined);
    }),
  );
});

test('result codes that are not one a trade are refused', () => {
  const { Settled, InsufficientBase } = ResultCode;
  const runs = Uint8Array.of(Settled, 2, InsufficientBase, 1);
  assert.deepEqual(readResultCodes(runs, 3), Uint8Array.of(Settled, Settled, InsufficientBase));
  for (const count of [0, 2, 4]) refuses('MALFORMED_BATCH', () => readResultCodes(runs, count));
  refuses('MALFORMED_BATCH', () => readResultCodes(Uint8Array.of(0x80, 2, 1), 1));
});
