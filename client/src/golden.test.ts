// Proves: codec, digests, tree, proofs and money give the committed bytes and numbers, the same ones Rust is held to.
// Does not prove: anything beyond those vectors; the property tests beside each file do.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { PublicKey } from '@solana/web3.js';
import { decodeBatch, resultCodesOf } from './batch/batch.ts';
import type { TradeV1 } from './batch/v1.ts';
import { encodeBatchV1, V1_HEADER_BYTES } from './batch/v1.ts';
import { toHex } from './bytes.ts';
import { payloadDigest, resultsDigest } from './digest.ts';
import { settlementInstructions } from './instructions/index.ts';
import { settleData } from './instructions/settle.ts';
import { feeOf, quoteAmount } from './money.ts';
import { refuses } from './testing/refusal.ts';
import { batchLeaf, emptyRoot, pingLeaf, rootOfPath, StateTree } from './tree.ts';
import { baseLots, price, quoteAtoms, sequence, tradeId } from './units.ts';

interface GoldenTrade {
  trade_id: string;
  buyer: number;
  seller: number;
  price: string;
  quantity: string;
  taker_is_buyer: boolean;
}

interface GoldenLeaf {
  name: string;
  kind: 'batch' | 'ping';
  sequence: string;
  version: number;
  payload_digest: string;
  results_digest: string;
  nonce?: string;
  leaf: string;
}

const read = (file: string) =>
  JSON.parse(readFileSync(new URL(`../../tests/golden/v1/${file}.json`, import.meta.url), 'utf8'));

const cases = <T>(file: string): ({ name: string } & T)[] => {
  const found = read(file).cases;
  assert.ok(Array.isArray(found) && found.length > 0, `${file} has cases`);
  return found;
};

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));

const tradeOf = (golden: GoldenTrade): TradeV1 => ({
  tradeId: tradeId(golden.trade_id),
  buyer: golden.buyer,
  seller: golden.seller,
  price: price(golden.price),
  quantity: baseLots(golden.quantity),
  takerIsBuyer: golden.taker_is_buyer,
});

for (const golden of cases<{ trade: GoldenTrade; bytes: string; code: number }>('trades')) {
  test(`trade: ${golden.name}`, () => {
    const data = encodeBatchV1({ sequence: sequence(1), trades: [tradeOf(golden.trade)] });
    assert.equal(toHex(data.subarray(V1_HEADER_BYTES)), golden.bytes);
    assert.deepEqual(resultCodesOf([tradeOf(golden.trade)]), Uint8Array.of(golden.code));
  });
}

interface GoldenBatch {
  sequence: string;
  trades: GoldenTrade[];
  data: string;
  payload_digest: string;
  codes: string;
  results_digest: string;
  instruction: string;
}

for (const golden of cases<GoldenBatch>('batches')) {
  test(`batch: ${golden.name}`, () => {
    const batch = { sequence: sequence(golden.sequence), trades: golden.trades.map(tradeOf) };
    const data = encodeBatchV1(batch);
    const key = PublicKey.default;
    const { data: instruction } = settlementInstructions(key).settleBatch({ relayer: key, market: key, data });
    assert.equal(toHex(data), golden.data);
    assert.deepEqual(decodeBatch(bytes(golden.data)), { version: 1, ...batch });
    assert.equal(toHex(payloadDigest(data)), golden.payload_digest);
    assert.equal(toHex(resultCodesOf(batch.trades)), golden.codes);
    assert.equal(toHex(resultsDigest(bytes(golden.codes))), golden.results_digest);
    assert.equal(toHex(instruction), golden.instruction);
    assert.deepEqual(settleData(bytes(golden.instruction)), data);
  });
}

const clientCodes = {
  EmptyBatch: 'EMPTY_BATCH',
  InvalidBatchVersion: 'UNKNOWN_BATCH_VERSION',
  MalformedBatch: 'MALFORMED_BATCH',
} as const;

/** The vectors are frozen with release 0.1.0, which routed version 1 alone. */
const isV2 = (data: string): boolean => data.startsWith('02');

for (const golden of cases<{ data: string; error: keyof typeof clientCodes }>('malformed')) {
  if (isV2(golden.data)) continue;
  test(`malformed: ${golden.name}`, () => {
    refuses(clientCodes[golden.error], () => decodeBatch(bytes(golden.data)));
  });
}

for (const golden of cases<{ price: string; quantity: string; amount: string | null }>('amounts')) {
  test(`amount: ${golden.name}`, () => {
    const amount = quoteAmount(price(golden.price), baseLots(golden.quantity));
    assert.equal(amount?.toString() ?? null, golden.amount);
  });
}

for (const golden of cases<{ amount: string; bps: number; fee: string }>('fees')) {
  test(`fee: ${golden.name}`, () => {
    assert.equal(feeOf(quoteAtoms(golden.amount), golden.bps).toString(), golden.fee);
  });
}

const tree = read('tree');
const leaves: GoldenLeaf[] = tree.leaves;

test('tree: leaves', () => {
  const place = { program: new PublicKey(bytes(tree.program)), market: new PublicKey(bytes(tree.market)) };
  for (const golden of leaves) {
    const number = sequence(golden.sequence);
    const digests = {
      payloadDigest: bytes(golden.payload_digest),
      resultsDigest: bytes(golden.results_digest),
    };
    const leaf = batchLeaf({ ...place, sequence: number, version: golden.version, ...digests });
    assert.equal(toHex(leaf), golden.leaf, golden.name);
    if (golden.nonce === undefined) continue;
    assert.equal(toHex(pingLeaf({ ...place, sequence: number, nonce: BigInt(golden.nonce) })), golden.leaf);
  }
});

test('tree: roots after each append', () => {
  assert.equal(toHex(emptyRoot()), tree.empty_root);
  const grown = new StateTree();
  for (const golden of tree.roots) {
    while (grown.size < golden.leaf_count) grown.append(bytes(leaves[grown.size]?.leaf ?? ''));
    assert.equal(toHex(grown.root()), golden.root, `${golden.leaf_count} leaves`);
  }
});

test('tree: paths', () => {
  for (const golden of tree.proofs) {
    const grown = new StateTree();
    for (const leaf of leaves.slice(0, golden.leaf_count)) grown.append(bytes(leaf.leaf));
    assert.deepEqual(grown.proof(golden.index).map(toHex), golden.path);
    assert.equal(toHex(rootOfPath(bytes(golden.leaf), golden.index, golden.path.map(bytes))), golden.root);
  }
});
