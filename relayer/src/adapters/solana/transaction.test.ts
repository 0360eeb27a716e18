// Proves: a full batch fills a transaction and not a byte more, with and without a priority fee; at least 24 V1 trades fit.
// Does not prove: the room an attestor's signature takes; that account arrives with its check.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PublicKey } from '@solana/web3.js';
import { V1_HEADER_BYTES, V1_TRADE_BYTES } from '#client';
import { createTransactionBuilder, TRANSACTION_BYTES } from './transaction.ts';

const address = (fill: number) => new PublicKey(new Uint8Array(32).fill(fill));
const parts = { programId: address(1), market: address(2), relayer: address(3) };

for (const computeUnitPrice of [0, 1_000_000]) {
  test(`capacity at a price of ${computeUnitPrice}`, () => {
    const builder = createTransactionBuilder({ ...parts, computeUnitPrice });
    const size = (bytes: number) => builder.unsigned(new Uint8Array(bytes)).serialize().length;
    assert.equal(size(builder.capacity), TRANSACTION_BYTES);
    const count = Math.floor((builder.capacity - V1_HEADER_BYTES) / V1_TRADE_BYTES);
    assert.ok(count >= 24, `${count} trades fit`);
  });
}
