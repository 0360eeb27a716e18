// Proves: a proof is accepted for exactly its trade, batch, program, market and root, survives JSON, and says settled or
// skipped; anything changed in it is refused.
// Does not prove: that a root was ever on-chain; the caller reads it from there.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PublicKey } from '@solana/web3.js';
import fc from 'fast-check';
import { decodeBatch, resultCodesOf } from './batch/batch.ts';
import type { BatchV1 } from './batch/v1.ts';
import { encodeBatchV1 } from './batch/v1.ts';
import { ResultCode } from './constants.ts';
import { payloadDigest, resultsDigest } from './digest.ts';
import type { TradeProof } from './proof.ts';
import { proveTrade, verifyTradeProof } from './proof.ts';
import { anyRun } from './testing/arbitraries.ts';
import { refuses } from './testing/refusal.ts';
import { batchLeaf, StateTree } from './tree.ts';
import { sequence, tradeId } from './units.ts';

const program = new PublicKey(new Uint8Array(32).fill(1));
const market = new PublicKey(new Uint8Array(32).fill(2));
const other = new PublicKey(new Uint8Array(32).fill(3));

interface Settled {
  readonly data: Uint8Array;
  readonly codes: Uint8Array;
}

function settle(batches: readonly BatchV1[]): { tree: StateTree; settled: Settled[] } {
  const tree = new StateTree();
  const settled = batches.map((batch) => {
    const data = encodeBatchV1(batch);
    const codes = resultCodesOf(batch.trades);
    const digests = { payloadDigest: payloadDigest(data), resultsDigest: resultsDigest(codes) };
    tree.append(batchLeaf({ program, market, sequence: batch.sequence, version: 1, ...digests }));
    return { data, codes };
  });
  return { tree, settled };
}

const history = fc
  .array(
    anyRun.filter((batch) => batch.trades.length > 0),
    { minLength: 1, maxLength: 6 },
  )
  .map((batches) => batches.map((batch, i) => ({ ...batch, sequence: sequence(i + 1) })));

/** One proof of some trade of some batch, with the root it holds for. */
const proven = fc.tuple(history, fc.nat(), fc.nat()).map(([batches, pickBatch, pickTrade]) => {
  const { tree, settled } = settle(batches);
  const leafIndex = pickBatch % batches.length;
  const batch = settled[leafIndex];
  assert.ok(batch);
  const trade = decodeBatch(batch.data).trades[pickTrade % decodeBatch(batch.data).trades.length];
  assert.ok(trade);
  const proof = proveTrade({ tree, leafIndex, ...batch, program, market, tradeId: trade.tradeId });
  return { proof, trade, root: tree.root() };
});

test('every trade of every batch has a proof that says what became of it, also through JSON', () => {
  fc.assert(
    fc.property(proven, ({ proof, trade, root }) => {
      const code = trade.quantity === 0n ? ResultCode.Voided : ResultCode.Settled;
      const expected = { settled: code === ResultCode.Settled, code, trade };
      assert.deepEqual(verifyTradeProof(JSON.parse(JSON.stringify(proof)), { program, market, root }), expected);
    }),
    { numRuns: 50 },
  );
});

test('a proof holds for no other program, market or root', () => {
  fc.assert(
    fc.property(proven, ({ proof, root }) => {
      const wrongRoot = root.slice();
      wrongRoot[0] = (wrongRoot[0] ?? 0) ^ 1;
      refuses('PROOF_INVALID', () => verifyTradeProof(proof, { program: other, market, root }));
      refuses('PROOF_INVALID', () => verifyTradeProof(proof, { program, market: other, root }));
      refuses('PROOF_INVALID', () => verifyTradeProof(proof, { program, market, root: wrongRoot }));
      const relabelled = { ...proof, market: other.toBase58() };
      refuses('PROOF_INVALID', () => verifyTradeProof(relabelled, { program, market: other, root }));
    }),
    { numRuns: 20 },
  );
});

test('a changed bit anywhere is refused', () => {
  const flip = (hex: string, at: number): string => {
    const place = at % hex.length;
    const digit = (Number.parseInt(hex.charAt(place), 16) ^ 1).toString(16);
    return hex.slice(0, place) + digit + hex.slice(place + 1);
  };
  fc.assert(
    fc.property(proven, fc.nat(), ({ proof, root }, at) => {
      const level = at % proof.path.length;
      const changed: TradeProof[] = [
        { ...proof, payload: flip(proof.payload, at) },
        { ...proof, resultCodes: flip(proof.resultCodes, at) },
        { ...proof, leafIndex: proof.leafIndex ^ (1 << (at % 31)) },
        {
          ...proof,
          path: proof.path.map((sibling, i) => (i === level && sibling !== null ? flip(sibling, at) : sibling)),
        },
        { ...proof, tradeId: '99999' },
      ];
      for (const wrong of changed) refuses('PROOF_INVALID', () => verifyTradeProof(wrong, { program, market, root }));
    }),
    { numRuns: 50 },
  );
});

test('a proof of the wrong shape is refused', () => {
  const [sample] = fc.sample(proven, 1);
  assert.ok(sample);
  const { proof, root } = sample;
  const wrong: Partial<Record<keyof TradeProof, unknown>>[] = [
    { payload: 'zz' },
    { payload: proof.payload.slice(1) },
    { payload: '' },
    { resultCodes: `${proof.resultCodes}00` },
    { resultCodes: 7 },
    { leafIndex: -1 },
    { leafIndex: 2 ** 32 },
    { leafIndex: '0' },
    { path: proof.path.slice(1) },
    { path: [...proof.path.slice(1), '00'] },
    { path: 'none' },
  ];
  for (const change of wrong) {
    const changed = { ...proof, ...change } as TradeProof;
    refuses('PROOF_INVALID', () => verifyTradeProof(changed, { program, market, root }));
  }
});

test('nothing is proved that the tree does not hold', () => {
  const [batches] = fc.sample(history, 1);
  assert.ok(batches);
  const { tree, settled } = settle(batches);
  const [first] = settled;
  assert.ok(first);
  const input = { tree, leafIndex: 0, ...first, program, market, tradeId: tradeId(1) };
  refuses('LEAF_UNKNOWN', () => proveTrade({ ...input, leafIndex: tree.size }));
  refuses('TRADE_UNKNOWN', () => proveTrade({ ...input, tradeId: tradeId(99_999) }));
  refuses('PROOF_INVALID', () => proveTrade({ ...input, codes: first.codes.map((code) => code ^ 1) }));
});
