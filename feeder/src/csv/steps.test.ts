// Proves: the steps nobody declared have every row on them; they are units of the last decimal, and the largest common steps where the
// amounts would not fit otherwise and those make a larger quote atom.
// Does not prove: which rows fit in the end (input.test.ts).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { OrderType } from '#client';
import type { Decimal } from '../decimal.ts';
import { formatDecimal, parseDecimal, wholeSteps } from '../decimal.ts';
import { instrumentOf, MAX_DECIMALS } from '../instrument.ts';
import { inferSteps } from './steps.ts';
import type { ParsedRow } from './trade-row.ts';

type Amount = readonly [price: Decimal, quantity: Decimal];

async function* rowsOf(amounts: readonly Amount[]): AsyncGenerator<ParsedRow> {
  let line = 1;
  for (const [price, quantity] of amounts) {
    line += 1;
    const order = { takerIsBuyer: true, orderType: OrderType.Limit, feeTier: undefined };
    yield { row: { line, id: BigInt(line), price, quantity, ...order } };
  }
}

const undeclared = { tick: undefined, lot: undefined };

function decimal(text: string): Decimal {
  const value = parseDecimal(text);
  assert.ok(value);
  return value;
}

async function stepsOf(amounts: readonly (readonly [string, string])[], tick?: string): Promise<readonly string[]> {
  const rows = rowsOf(amounts.map(([price, quantity]) => [decimal(price), decimal(quantity)]));
  const steps = await inferSteps(rows, { ...undeclared, tick: tick === undefined ? undefined : decimal(tick) });
  return [formatDecimal(steps.tick), formatDecimal(steps.lot)];
}

test('zeros at the end of a value need no decimals', async () => {
  assert.deepEqual(await stepsOf([['5.10000000', '2.50000000']]), ['0.1', '0.1']);
});

test('what fits keeps units of the last decimal', async () => {
  assert.deepEqual(await stepsOf([['0.00001235', '40000']]), ['0.00000001', '1']);
});

test('what does not fit gets the largest steps in common, if they leave out decimals', async () => {
  const large = [
    ['0.00001235', '40000000000000000'],
    ['0.0000124', '1000000000000'],
  ] as const;
  assert.deepEqual(await stepsOf(large), ['0.00000005', '1000000000000']);
  assert.deepEqual(await stepsOf(large, '0.00000001'), ['0.00000001', '1000000000000']);
  assert.deepEqual(await stepsOf([['60000.00000001', '9.00000001']]), ['0.00000001', '0.00000001']);
});

test('every row is on the steps, and no steps make a smaller quote atom than the last decimals do', async () => {
  const value = fc
    .tuple(fc.bigInt(1n, 10n ** 20n), fc.nat(MAX_DECIMALS), fc.nat(12))
    .map(([digits, scale, zeros]) => decimal(formatDecimal({ digits: digits * 10n ** BigInt(zeros), scale })));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 8 }), async (amounts) => {
      const { tick, lot } = await inferSteps(rowsOf(amounts), undeclared);
      for (const [price, quantity] of amounts) {
        assert.notEqual(wholeSteps(price, tick), undefined);
        assert.notEqual(wholeSteps(quantity, lot), undefined);
      }
      const scale = (column: 0 | 1) => Math.max(...amounts.map((amount) => amount[column].scale));
      assert.ok(instrumentOf(tick, lot).quoteDecimals <= scale(0) + scale(1));
    }),
  );
});
