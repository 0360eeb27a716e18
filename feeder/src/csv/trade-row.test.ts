// Proves: each way a row can be bad has its code and is found; column order, case and quotes do not matter.
// Does not prove: rules that need other rows or the market (csv/input.test.ts).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../input-error.ts';
import { columnsOf } from './columns.ts';
import { parseTradeRow } from './trade-row.ts';

const header = ['trade_id', 'timestamp_ms', 'price', 'quantity', 'taker_side'];
const columns = columnsOf(header, 'test.csv');

/** What a file without these columns says. */
const PLAIN = { orderType: 0, feeTier: undefined };

test('a good row', () => {
  assert.deepEqual(parseTradeRow(2, '553287559,1610064000278,39432.48,0.000263,sell', columns), {
    row: {
      line: 2,
      id: 553287559n,
      price: { digits: 3943248n, scale: 2 },
      quantity: { digits: 263n, scale: 6 },
      takerIsBuyer: false,
      ...PLAIN,
    },
  });
});

test('columns in another order, further ones, capitals, spaces and quotes', () => {
  const other = columnsOf(['venue', 'Taker_Side', 'quantity', 'PRICE', 'timestamp_ms', 'trade_id'], 'test.csv');
  const parsed = parseTradeRow(9, '"X, Y", BUY ,"2", 1.50 ,0,7', other);
  assert.deepEqual(parsed, {
    row: {
      ...{ line: 9, id: 7n, price: { digits: 15n, scale: 1 }, quantity: { digits: 2n, scale: 0 } },
      ...{ takerIsBuyer: true, ...PLAIN },
    },
  });
});

const withOrder = columnsOf([...header, 'fee_tier', 'Order_Type'], 'test.csv');

test('order type and fee tier, where a file has them', () => {
  const order = (text: string) => {
    const parsed = parseTradeRow(2, `1,0,1,1,buy,${text}`, withOrder);
    assert.ok('row' in parsed, text);
    return [parsed.row.orderType, parsed.row.feeTier];
  };
  assert.deepEqual(order('3,limit'), [0, 3]);
  assert.deepEqual(order('0, Market '), [1, 0]);
  assert.deepEqual(order('1,IOC'), [2, 1]);
  assert.deepEqual(order('2,fok'), [3, 2]);
  assert.deepEqual(order(',7'), [7, undefined]);
  assert.deepEqual(order('0,'), [0, 0]);
});

for (const [text, code] of [
  ['4,limit', 'FEE_TIER_INVALID'],
  ['-1,limit', 'FEE_TIER_INVALID'],
  ['1.0,limit', 'FEE_TIER_INVALID'],
  ['0,8', 'ORDER_TYPE_INVALID'],
  ['0,stop', 'ORDER_TYPE_INVALID'],
  ['0,constructor', 'ORDER_TYPE_INVALID'],
] as const) {
  test(`fee tier and order type ${text} are ${code}`, () => {
    const parsed = parseTradeRow(3, `1,0,1,1,buy,${text}`, withOrder);
    assert.ok('rejected' in parsed);
    assert.equal(parsed.rejected.code, code);
  });
}

test('zeros after the eighth decimal are no decimals', () => {
  assert.ok('row' in parseTradeRow(2, '1,0,1.0000000000,2.50000000000,buy', columns));
});

const bad: readonly [line: string, code: string][] = [
  ['1,0,1,1', 'COLUMN_MISSING'],
  [',0,1,1,buy', 'COLUMN_MISSING'],
  ['1,0,,1,buy', 'COLUMN_MISSING'],
  ['1,0,1,1,', 'COLUMN_MISSING'],
  ['1,0,1,1,buy,extra', 'ROW_UNREADABLE'],
  ['"1,0,1,1,buy', 'ROW_UNREADABLE'],
  ['-1,0,1,1,buy', 'ID_INVALID'],
  ['1.5,0,1,1,buy', 'ID_INVALID'],
  ['18446744073709551616,0,1,1,buy', 'ID_INVALID'],
  ['1,yesterday,1,1,buy', 'TIMESTAMP_INVALID'],
  ['1,-5,1,1,buy', 'TIMESTAMP_INVALID'],
  ['1,0,NaN,1,buy', 'NOT_A_NUMBER'],
  ['1,0,1,Infinity,buy', 'NOT_A_NUMBER'],
  ['1,0,1e3,1,buy', 'NOT_A_NUMBER'],
  ['1,0,abc,1,buy', 'NOT_A_NUMBER'],
  ['1,0,-1,1,buy', 'NOT_POSITIVE'],
  ['1,0,1,-0.5,buy', 'NOT_POSITIVE'],
  ['1,0,0,1,buy', 'NOT_POSITIVE'],
  ['1,0,1,0.000,buy', 'NOT_POSITIVE'],
  ['1,0,1.000000001,1,buy', 'TOO_MANY_DECIMALS'],
  ['1,0,1,0.123456789,buy', 'TOO_MANY_DECIMALS'],
  ['1,0,1,1,both', 'SIDE_INVALID'],
];
for (const [line, code] of bad) {
  test(`${line} is ${code}`, () => {
    const parsed = parseTradeRow(3, line, columns);
    assert.ok('rejected' in parsed);
    assert.equal(parsed.rejected.code, code);
    assert.equal(parsed.rejected.line, 3);
    assert.notEqual(parsed.rejected.reason, '');
  });
}

test('a long bad value is not repeated in full', () => {
  const parsed = parseTradeRow(3, `1,0,${'9'.repeat(500)},1,buy`, columns);
  assert.ok('rejected' in parsed && parsed.rejected.reason.length < 100);
});

for (const names of [header.slice(1), ['trade_id'], [], [...header, 'price'], [...header, 'fee_tier', 'FEE_TIER']]) {
  test(`the header ${names.join(',')} is refused`, () => {
    assert.throws(
      () => columnsOf(names, 'test.csv'),
      (error: unknown) => error instanceof InputError && error.code === 'TRADES_FILE_HEADER',
    );
  });
}
