// Proves: a void counts as explained when the model refuses the trade too, or when its entry was no trade; any other one is a
// difference, so that the run does not verify; what a V2 batch passed over is listed with its code.
// Does not prove: the model (model/), or what the relayer notes (relayer/).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DecodedBatch } from '#client';
import {
  asV2,
  decodeBatch,
  encodeBatchV1,
  encodeBatchV2,
  ResultCode,
  resultCodesOf,
  sequence,
  tradeId,
  voidOf,
} from '#client';
import type { AcceptedRow } from '#feeder';
import { trade } from '../../../relayer/src/testing/trades.ts';
import { Differences } from './differences.ts';
import type { DeadLetterCodes } from './voids.ts';
import { createVoidJudge } from './voids.ts';

const row = (id: number): AcceptedRow => ({
  trade: trade(id),
  order: { orderType: 0, feeTier: 0 },
  ...{ reference: `r${id}`, line: id + 1 },
});
const batch: DecodedBatch = decodeBatch(
  encodeBatchV1({ sequence: sequence(1), trades: [trade(1), voidOf(trade(2)), trade(3)] }),
);

function judged(deadLetters: DeadLetterCodes, refusal: string | undefined) {
  const differences = new Differences();
  const judge = createVoidJudge(new Map([[2n, row(2)]]), deadLetters, differences);
  const probed: bigint[][] = [];
  judge.look({ batch, codes: resultCodesOf(batch.trades) }, (data) => {
    probed.push(decodeBatch(data).trades.map((one) => one.tradeId));
    return refusal;
  });
  return { voids: judge.voids(), differences: differences.list, probed };
}

test('the model is asked with the trade of the input, after those before it', () => {
  assert.deepEqual(judged(new Map(), 'InsufficientQuote').probed, [[1n, 2n]]);
});

test('one the model refuses too is explained', () => {
  const { voids, differences } = judged(new Map(), 'InsufficientQuote');
  assert.deepEqual(
    voids.map(({ tradeId, reference, line, code }) => [tradeId, reference, line, code]),
    [[2n, 'r2', 3, 'InsufficientQuote']],
  );
  assert.deepEqual(differences, []);
});

test('one whose entry was no trade is explained', () => {
  const noted = { code: 'TRADE_MALFORMED', reason: 'not a protobuf message' };
  const { voids, differences } = judged(new Map([[2n, noted]]), undefined);
  assert.equal(voids[0]?.reason, noted.reason);
  assert.deepEqual(differences, []);
});

test('one the model would settle is a difference, whatever refusal is claimed', () => {
  for (const letters of [new Map(), new Map([[2n, { code: 'InsufficientQuote', reason: 'so they say' }]])]) {
    const { voids, differences } = judged(letters, undefined);
    assert.equal(voids[0]?.code, 'UNEXPLAINED');
    assert.deepEqual(
      differences.map(({ what }) => what),
      ['trade 2'],
    );
  }
});

test('one that a V2 batch passed over is listed with its code, and the model is asked of no other', () => {
  const { Settled, Voided, InsufficientBase } = ResultCode;
  const trades = [trade(1), voidOf(trade(2)), trade(3)].map(asV2);
  const data = encodeBatchV2({ sequence: sequence(1), firstTradeId: tradeId(1), prevDigestPrefix: 0n, trades });
  const differences = new Differences();
  const judge = createVoidJudge(new Map([2, 3].map((id) => [BigInt(id), row(id)])), new Map(), differences);
  const probed: bigint[][] = [];
  const codes = Uint8Array.of(Settled, Voided, InsufficientBase);
  judge.look({ batch: decodeBatch(data), codes }, (payload) => {
    probed.push(decodeBatch(payload).trades.map((one) => one.quantity));
    return 'SelfTrade';
  });
  assert.deepEqual(probed, [[5n, 5n]]);
  assert.deepEqual(
    judge.voids().map((one) => [one.tradeId, one.code]),
    [
      [2n, 'SelfTrade'],
      [3n, 'InsufficientBase'],
    ],
  );
  assert.deepEqual(differences.list, []);
});
