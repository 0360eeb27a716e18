// Proves: the model's own money, leaves and roots are the golden vectors', and a short history by hand gives the numbers a
// reader would compute.
// Does not prove: that the program agrees; tests/model/differential.test.ts does.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Keypair, PublicKey } from '@solana/web3.js';
import { baseLots, encodeBatchV1, price, sequence, tradeId } from '#client';
import { SettlementModel } from './model.ts';
import { amountOf, feeOn } from './money.ts';
import { Refusal } from './refusal.ts';
import { leafOfPing, rootOf } from './tree.ts';

const read = (file: string) =>
  JSON.parse(readFileSync(new URL(`../../tests/golden/v1/${file}.json`, import.meta.url), 'utf8'));
const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

test('amounts and fees are the golden ones', () => {
  for (const { amount, bps, fee } of read('fees').cases) assert.equal(feeOn(BigInt(amount), bps), BigInt(fee));
  for (const golden of read('amounts').cases) {
    const amount = amountOf(BigInt(golden.price), BigInt(golden.quantity));
    assert.equal(amount < 2n ** 64n ? amount.toString() : null, golden.amount);
  }
});

test('leaves and roots are the golden ones', () => {
  const golden = read('tree');
  const leaves: { kind: string; sequence: string; nonce?: string; leaf: string }[] = golden.leaves;
  const place = { program: new PublicKey(bytes(golden.program)), market: new PublicKey(bytes(golden.market)) };
  for (const { kind, nonce, leaf, ...rest } of leaves) {
    if (kind !== 'ping' || nonce === undefined) continue;
    assert.deepEqual(leafOfPing({ ...place, sequence: BigInt(rest.sequence) }, BigInt(nonce)), bytes(leaf));
  }
  for (const { leaf_count: count, root } of golden.roots) {
    assert.deepEqual(rootOf(leaves.slice(0, count).map(({ leaf }) => bytes(leaf))), bytes(root));
  }
});

const key = () => Keypair.generate().publicKey;
const [admin, relayer, alice, bob] = [key(), key(), key(), key()];

function marketOfTwo(): SettlementModel {
  const model = new SettlementModel({
    program: key(),
    market: key(),
    baseLotAtoms: 1n,
    capacity: 64,
    configBump: 255,
    config: {
      admin,
      guardian: admin,
      activeRelayer: relayer,
      allowedBatchVersions: 1,
      minBatchSize: 0,
      maxBatchAgeSlots: 0n,
      withdrawalDelaySlots: 10n,
      feeTiers: Array.from({ length: 4 }, () => ({ makerBps: 0, takerBps: 100 })),
    },
  });
  model.openTrader(alice);
  model.openTrader(bob);
  model.deposit(alice, 0, { baseLots: 0n, quoteAtoms: 1000n });
  model.deposit(bob, 1, { baseLots: 10n, quoteAtoms: 0n });
  return model;
}

const batch = (id: number, quantity: number) =>
  encodeBatchV1({
    sequence: sequence(id),
    trades: [
      {
        tradeId: tradeId(id),
        buyer: 0,
        seller: 1,
        price: price(33),
        quantity: baseLots(quantity),
        takerIsBuyer: true,
      },
    ],
  });

test('a trade moves 3 × 33 and a fee of 1 % rounded up', () => {
  const model = marketOfTwo();
  model.settle({ relayer, data: batch(1, 3) });
  assert.deepEqual(
    model.market.entries.map((entry) => [entry.baseLots, entry.quoteAtoms]),
    [
      [3n, 900n],
      [7n, 99n],
    ],
  );
  assert.equal(model.market.quoteFees, 1n);
  assert.deepEqual(model.owed(), { baseLots: 10n, quoteAtoms: 1000n });
});

test('a refused batch leaves no trace', () => {
  const model = marketOfTwo();
  const before = model.market;
  const root = model.root();
  assert.throws(
    () => model.settle({ relayer, data: batch(1, 11) }),
    (error) => error instanceof Refusal && error.error === 'InsufficientBase',
  );
  assert.equal(model.market, before);
  assert.deepEqual(model.root(), root);
});
