/**
 * Proves: the history keeps the newest transactions and forgets all traces of older ones, and an account's list is
 * newest first from any point, whatever was forgotten meanwhile (compared with a plain array, seeded).
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TransactionHistory, type TransactionRecord } from './history.ts';

function record(ordinal: number, accounts: string[]): TransactionRecord {
  return {
    ordinal,
    signature: `signature ${ordinal}`,
    slot: BigInt(ordinal),
    indexInBlock: 0,
    blockTime: 0n,
    bytes: new Uint8Array(),
    accounts,
    writable: [],
    loaded: { writable: [], readonly: [] },
    memo: null,
    err: null,
    fee: 0n,
    preBalances: [],
    postBalances: [],
    preTokenBalances: [],
    postTokenBalances: [],
    logs: [],
    innerInstructions: [],
    unitsConsumed: 0n,
    computeUnitPrice: 0n,
    returnData: null,
  };
}

const ordinals = (records: Iterable<TransactionRecord>) => [...records].map(({ ordinal }) => ordinal);

test('the list of an account is the newest part of everything that named it', () => {
  const account = fc.constantFrom('a', 'b', 'c');
  const accounts = fc.array(account, { minLength: 1, maxLength: 3 });
  const scenario = fc.tuple(fc.integer({ min: 1, max: 200 }), fc.array(accounts, { maxLength: 600 }), fc.nat());
  fc.assert(
    fc.property(scenario, ([limit, transactions, pick]) => {
      const history = new TransactionHistory(limit);
      const all = transactions.map((named, ordinal) => record(ordinal, named));
      for (const it of all) history.add(it);
      const kept = all.slice(-limit);
      assert.equal(history.size, kept.length);
      for (const name of ['a', 'b', 'c']) {
        const naming = kept.filter((it) => it.accounts.includes(name)).reverse();
        assert.deepEqual(ordinals(history.ofAccount(name)), ordinals(naming));
        const before = kept[pick % Math.max(kept.length, 1)];
        const older = naming.filter(({ ordinal }) => before !== undefined && ordinal < before.ordinal);
        if (before !== undefined) assert.deepEqual(ordinals(history.ofAccount(name, before)), ordinals(older));
      }
      const forgotten = all.slice(0, Math.max(all.length - limit, 0));
      for (const { signature } of forgotten) assert.equal(history.get(signature), undefined);
    }),
    { seed: 1 },
  );
});
