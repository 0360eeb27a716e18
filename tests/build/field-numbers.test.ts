/**
 * Proves: a protobuf field number belongs to one name and one type for ever, whatever happens to the IDL.
 * Does not prove: that nobody edits the lock by hand; the golden vectors notice that, since their encoder has its own numbers.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FieldNumberError, type LockedMessage, lockFields } from '../../tools/generate/field-numbers.ts';

const ID = { name: 'id', type: 'uint64' };
const PRICE = { name: 'price', type: 'uint64' };
const SIDE = { name: 'side', type: 'bool' };

const locked: LockedMessage = {
  fields: { id: { number: 1, type: 'uint64' }, price: { number: 2, type: 'uint64' } },
  reserved: {},
};

const refuses = (lock: LockedMessage, fields: Parameters<typeof lockFields>[2], message: RegExp): void => {
  assert.throws(
    () => lockFields('Trade', lock, fields),
    (error) => error instanceof FieldNumberError && message.test(error.message),
  );
};

describe('lockFields', () => {
  test('numbers a new message from 1 in the order of its fields', () => {
    assert.deepEqual(lockFields('Trade', undefined, [ID, PRICE]), locked);
  });

  test('changes nothing when nothing changed', () => {
    assert.deepEqual(lockFields('Trade', locked, [ID, PRICE]), locked);
  });

  test('keeps every number when the fields change places', () => {
    assert.deepEqual(lockFields('Trade', locked, [PRICE, ID]), locked);
  });

  test('appends a field, also one written between the others', () => {
    const next = lockFields('Trade', locked, [ID, SIDE, PRICE]);
    assert.deepEqual(next.fields, { ...locked.fields, side: { number: 3, type: 'bool' } });
  });

  test('reserves the number and name of a removed field', () => {
    const next = lockFields('Trade', locked, [PRICE]);
    assert.deepEqual(next, { fields: { price: { number: 2, type: 'uint64' } }, reserved: { id: 1 } });
  });

  test('never gives a reserved number again, not even the highest one', () => {
    const without = lockFields('Trade', locked, [ID]);
    const next = lockFields('Trade', without, [ID, SIDE]);
    assert.deepEqual(next.reserved, { price: 2 });
    assert.equal(next.fields.side?.number, 3);
  });

  test('passes over the numbers protobuf keeps for itself', () => {
    const high: LockedMessage = { fields: { id: { number: 18_999, type: 'uint64' } }, reserved: {} };
    assert.equal(lockFields('Trade', high, [ID, SIDE]).fields.side?.number, 20_000);
  });

  test('refuses a removed name that comes back', () => {
    refuses(
      { fields: { id: { number: 1, type: 'uint64' } }, reserved: { price: 2 } },
      [ID, PRICE],
      /price was removed and keeps number 2/,
    );
  });

  test('refuses another type under a locked name', () => {
    refuses(locked, [ID, { name: 'price', type: 'uint32' }], /price is uint64 for ever/);
  });

  test('refuses a lock that gives a number twice', () => {
    refuses({ ...locked, reserved: { old: 2 } }, [ID, PRICE], /number 2 twice/);
  });

  test('refuses a lock with numbers protobuf does not have', () => {
    for (const number of [0, -1, 1.5, 2 ** 29]) {
      refuses({ fields: { id: { number, type: 'uint64' } }, reserved: {} }, [ID], /is no protobuf field number/);
    }
  });

  test('refuses a field that is there twice', () => {
    refuses(locked, [ID, ID], /id is there twice/);
  });
});
