// Proves: what is encoded decodes to itself, in the documented number of bytes, and no other bytes decode at all.
// Does not prove: that the bytes are the program's; golden.test.ts and tests/program do.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ResultCode } from '../constants.ts';
import { anyBatch, anyTrade } from '../testing/arbitraries.ts';
import { refuses } from '../testing/refusal.ts';
import { baseLots, sequence, tradeId, U64_MAX } from '../units.ts';
import { decodeBatch, resultCodesOf } from './batch.ts';
import { encodeBatchV1, V1_HEADER_BYTES, V1_TRADE_BYTES, voidOf } from './v1.ts';

const nonEmptyBatch = anyBatch.filter((batch) => batch.trades.length > 0);

test('a batch comes back as it went in', () => {
  fc.assert(
    fc.property(anyBatch, (batch) => {
      const data = encodeBatchV1(batch);
      assert.equal(data.length, V1_HEADER_BYTES + batch.trades.length * V1_TRADE_BYTES);
      assert.deepEqual(decodeBatch(data), { version: 1, ...batch });
    }),
  );
});

test('a payload inside a larger buffer decodes like one alone', () => {
  fc.assert(
    fc.property(anyBatch, (batch) => {
      const data = encodeBatchV1(batch);
      const larger = new Uint8Array(data.length + 7).fill(0xff);
      larger.set(data, 3);
      assert.deepEqual(decodeBatch(larger.subarray(3, 3 + data.length)), { version: 1, ...batch });
    }),
  );
});

test('every truncation is refused', () => {
  fc.assert(
    fc.property(nonEmptyBatch, fc.nat(), (batch, cut) => {
      const data = encodeBatchV1(batch);
      refuses('MALFORMED_BATCH', () => decodeBatch(data.subarray(0, 1 + (cut % (data.length - 1)))));
    }),
  );
});

test('every trailing byte is refused', () => {
  fc.assert(
    fc.property(anyBatch, fc.uint8Array({ minLength: 1, maxLength: 70 }), (batch, tail) => {
      refuses('MALFORMED_BATCH', () => decodeBatch(Uint8Array.from([...encodeBatchV1(batch), ...tail])));
    }),
  );
});

test('a count that is not the trades is refused, however large', () => {
  const data = encodeBatchV1({ sequence: sequence(1), trades: [] });
  for (const count of [1, 2 ** 31, 2 ** 32 - 1]) {
    const claimed = data.slice();
    new DataView(claimed.buffer).setUint32(9, count, true);
    refuses('MALFORMED_BATCH', () => decodeBatch(claimed));
  }
});

test('a bool other than 0 and 1 is refused', () => {
  fc.assert(
    fc.property(nonEmptyBatch, fc.nat(), fc.integer({ min: 2, max: 255 }), (batch, pick, byte) => {
      const data = encodeBatchV1(batch);
      data[V1_HEADER_BYTES + (pick % batch.trades.length) * V1_TRADE_BYTES + 32] = byte;
      refuses('MALFORMED_BATCH', () => decodeBatch(data));
    }),
  );
});

test('nothing is an empty batch, and other version bytes are unknown', () => {
  refuses('EMPTY_BATCH', () => decodeBatch(new Uint8Array()));
  for (const version of [0, 3, 4, 255]) {
    refuses('UNKNOWN_BATCH_VERSION', () => decodeBatch(Uint8Array.of(version, 0, 0)));
  }
});

test('a field outside its unit is refused before it is encoded', () => {
  fc.assert(
    fc.property(anyTrade, (trade) => {
      const encode = (wrong: Partial<Record<keyof typeof trade, unknown>>) => () =>
        encodeBatchV1({ sequence: sequence(1), trades: [{ ...trade, ...wrong } as typeof trade] });
      refuses('OUT_OF_RANGE', encode({ quantity: U64_MAX + 1n }));
      refuses('OUT_OF_RANGE', encode({ tradeId: -1n }));
      refuses('OUT_OF_RANGE', encode({ price: U64_MAX + 1n }));
      refuses('OUT_OF_RANGE', encode({ buyer: 2 ** 32 }));
      refuses('OUT_OF_RANGE', encode({ seller: -1 }));
    }),
    { numRuns: 10 },
  );
});

test('a void keeps everything but the quantity, and has a result code of its own', () => {
  fc.assert(
    fc.property(anyTrade, (trade) => {
      assert.deepEqual(voidOf(trade), { ...trade, quantity: 0n });
    }),
  );
  const [trade] = fc.sample(anyTrade, 1);
  assert.ok(trade);
  const settled = { ...trade, tradeId: tradeId(1), quantity: baseLots(1) };
  assert.deepEqual(resultCodesOf([settled, voidOf(settled)]), Uint8Array.of(ResultCode.Settled, ResultCode.Voided));
});
