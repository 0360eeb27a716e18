// Proves: the V2 codec, its digests and its result codes give the committed bytes, and bytes that are no batch are refused by the
// program's own names, the same ones Rust is held to.
// Does not prove: anything beyond those vectors; batch/v2.test.ts does.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { PublicKey } from '@solana/web3.js';
import { decodeBatch } from './batch/batch.ts';
import { readResultCodes } from './batch/results.ts';
import type { TradeV2 } from './batch/v2.ts';
import { encodeBatchV2 } from './batch/v2.ts';
import { toHex } from './bytes.ts';
import type { OrderTypeCode } from './constants.ts';
import { digestPrefix, payloadDigest, resultsDigest } from './digest.ts';
import { settlementInstructions } from './instructions/index.ts';
import { refuses } from './testing/refusal.ts';
import { baseLots, price, sequence, tradeId } from './units.ts';

interface GoldenTrade {
  trade_id: string;
  buyer: number;
  seller: number;
  price: string;
  quantity: string;
  taker_is_buyer: boolean;
  order_type: OrderTypeCode;
  fee_tier: number;
}

function cases<T>(file: string): ({ name: string } & T)[] {
  const path = new URL(`../../tests/golden/v2/${file}.json`, import.meta.url);
  const found = JSON.parse(readFileSync(path, 'utf8')).cases;
  assert.ok(Array.isArray(found) && found.length > 0, `${file} has cases`);
  return found;
}

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));

const tradeOf = (golden: GoldenTrade): TradeV2 => ({
  tradeId: tradeId(golden.trade_id),
  buyer: golden.buyer,
  seller: golden.seller,
  price: price(golden.price),
  quantity: baseLots(golden.quantity),
  takerIsBuyer: golden.taker_is_buyer,
  orderType: golden.order_type,
  feeTier: golden.fee_tier,
});

interface GoldenBatch {
  sequence: string;
  first_trade_id: string;
  prev_digest_prefix: string;
  trades: GoldenTrade[];
  smallest: boolean;
  data: string;
  payload_digest: string;
  next_prev_digest_prefix: string;
  instruction: string;
}

for (const golden of cases<GoldenBatch>('batches')) {
  test(`batch: ${golden.name}`, () => {
    const batch = {
      sequence: sequence(golden.sequence),
      firstTradeId: tradeId(golden.first_trade_id),
      prevDigestPrefix: BigInt(golden.prev_digest_prefix),
      trades: golden.trades.map(tradeOf),
    };
    const data = bytes(golden.data);
    const key = PublicKey.default;
    assert.deepEqual(decodeBatch(data), { version: 2, ...batch });
    assert.equal(toHex(encodeBatchV2(batch)) === golden.data, golden.smallest);
    assert.equal(toHex(payloadDigest(data)), golden.payload_digest);
    assert.equal(digestPrefix(payloadDigest(data)).toString(), golden.next_prev_digest_prefix);
    const { data: instruction } = settlementInstructions(key).settleBatch({ relayer: key, market: key, data });
    assert.equal(toHex(instruction), golden.instruction);
  });
}

for (const golden of cases<{ data: string; error: string }>('malformed')) {
  test(`malformed: ${golden.name}`, () => {
    refuses('MALFORMED_BATCH', () => decodeBatch(bytes(golden.data)));
    assert.throws(() => decodeBatch(bytes(golden.data)), { message: new RegExp(`^${golden.error}: `) });
  });
}

for (const golden of cases<{ codes: string; runs: string; results_digest: string }>('results')) {
  test(`results: ${golden.name}`, () => {
    const codes = bytes(golden.codes);
    assert.deepEqual(readResultCodes(bytes(golden.runs), codes.length), codes);
    assert.equal(toHex(resultsDigest(codes)), golden.results_digest);
  });
}
