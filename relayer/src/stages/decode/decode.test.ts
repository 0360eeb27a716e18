// Proves: golden events decode to their trade; bytes that are no trade of their id become a void with a reason, whatever they are;
// a schema that is not spoken stops the lane.
// Does not prove: that the program accepts the trade.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import { tradeId } from '#client';
import { refuses } from '../../testing/refuses.ts';
import { decodeEntry } from './decode.ts';

const goldenIn = (version: number) =>
  schema.parse(
    JSON.parse(
      readFileSync(new URL(`../../../../tests/golden/v${version}/trade_events.json`, import.meta.url), 'utf8'),
    ),
  );
const schema = z.object({
  cases: z.array(
    z.object({
      name: z.string(),
      bytes: z.string(),
      event: z.object({
        trade_id: z.string(),
        buyer: z.number(),
        seller: z.number(),
        price: z.string(),
        quantity: z.string(),
        taker_is_buyer: z.boolean(),
        order_type: z.number().default(0),
        fee_tier: z.number().default(0),
      }),
    }),
  ),
  rejected: z.array(z.object({ name: z.string(), bytes: z.string() })),
});
const golden = goldenIn(1);
const goldenV2 = goldenIn(2);

const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));
const entry = (id: bigint | number | string, payload: Uint8Array | undefined, schema: string | undefined = '1') => ({
  tradeId: tradeId(id),
  schema,
  payload,
});

for (const { name, bytes, event } of golden.cases) {
  test(`golden event: ${name}`, () => {
    const { trade } = decodeEntry(entry(event.trade_id, hex(bytes)));
    assert.deepEqual(trade, {
      tradeId: BigInt(event.trade_id),
      buyer: event.buyer,
      seller: event.seller,
      price: BigInt(event.price),
      quantity: BigInt(event.quantity),
      takerIsBuyer: event.taker_is_buyer,
    });
  });
}

for (const { name, bytes, event } of goldenV2.cases) {
  test(`golden event of schema 2: ${name}`, () => {
    const { trade } = decodeEntry(entry(event.trade_id, hex(bytes), '2'));
    const plain = {
      tradeId: BigInt(event.trade_id),
      buyer: event.buyer,
      seller: event.seller,
      price: BigInt(event.price),
      quantity: BigInt(event.quantity),
      takerIsBuyer: event.taker_is_buyer,
    };
    const isPlain = plain.quantity === 0n || (event.order_type === 0 && event.fee_tier === 0);
    assert.deepEqual(trade, isPlain ? plain : { ...plain, orderType: event.order_type, feeTier: event.fee_tier });
  });
}

for (const { name, bytes } of goldenV2.rejected) {
  test(`golden refusal of schema 2: ${name}`, () => {
    isVoided(1, hex(bytes), '2');
  });
}

test('an order type or a fee tier that no batch can say is voided', () => {
  assert.match(isVoided(1, Uint8Array.of(0x08, 1, 0x28, 5, 0x38, 8), '2'), /TradeEventV2/);
  assert.match(isVoided(1, Uint8Array.of(0x08, 1, 0x28, 5, 0x40, 4), '2'), /TradeEventV2/);
});

const isVoided = (id: number | bigint, payload: Uint8Array | undefined, schema?: string) => {
  const { trade, rejection } = decodeEntry(entry(id, payload, schema));
  assert.equal(trade.tradeId, BigInt(id));
  assert.equal(trade.quantity, 0n);
  assert.equal(rejection?.code, 'TRADE_MALFORMED');
  assert.equal(rejection.tradeId, BigInt(id));
  return rejection.reason;
};

for (const { name, bytes } of golden.rejected) {
  test(`golden refusal: ${name}`, () => {
    isVoided(1, hex(bytes));
  });
}

const good = hex(golden.cases.find(({ event }) => event.trade_id !== '0' && event.quantity !== '0')?.bytes ?? '');

test('an event that names another trade is voided', () => {
  assert.match(isVoided(987_654_321, good), /names trade/);
});

test('missing fields are voided', () => {
  assert.match(isVoided(1, undefined), /field p/);
  assert.match(isVoided(1, good, ''), /field v/);
  assert.match(isVoided(1, good, 'one'), /field v/);
  const { rejection } = decodeEntry({ tradeId: tradeId(1), schema: undefined, payload: good });
  assert.equal(rejection?.code, 'TRADE_MALFORMED');
});

test('what could not be read is kept, up to a limit', () => {
  const { rejection } = decodeEntry(entry(1, Uint8Array.of(0xff, 0x00)));
  assert.deepEqual(rejection?.raw, { hex: 'ff00', bytes: 2 });
  const long = decodeEntry(entry(1, new Uint8Array(10_000).fill(0xff))).rejection?.raw;
  assert.deepEqual(long, { hex: 'ff'.repeat(512), bytes: 10_000 });
  assert.equal(decodeEntry(entry(1, undefined)).rejection?.raw, undefined);
});

test('an engine’s own void keeps its fields and is listed', () => {
  const { trade, rejection } = decodeEntry(entry(7, Uint8Array.of(0x08, 7, 0x10, 3, 0x18, 4, 0x20, 9)));
  assert.deepEqual({ ...trade }, { tradeId: 7n, buyer: 3, seller: 4, price: 9n, quantity: 0n, takerIsBuyer: false });
  assert.match(rejection?.reason ?? '', /quantity 0/);
  assert.deepEqual(rejection?.trade, trade);
  assert.equal(rejection?.raw, undefined);
});

test('any bytes give a trade of the entry’s id or a void of it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }), (payload, id) => {
      assert.equal(decodeEntry(entry(id, payload)).trade.tradeId, id);
    }),
  );
});

test('a schema that is not spoken stops the lane', () => {
  refuses('SCHEMA_UNKNOWN', () => decodeEntry(entry(1, good, '3')), /schema 3, spoken here: 1, 2/);
});
