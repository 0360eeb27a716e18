// Proves: decimals are read and scaled exactly, for any digits and any step, and anything that is no plain decimal is refused.
// Does not prove: which values a trade may have (csv/trade-row.test.ts).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatDecimal, parseDecimal, wholeSteps } from './decimal.ts';

const digits = fc.bigInt({ min: 0n, max: 10n ** 30n });
const scale = fc.integer({ min: 0, max: 20 });

const text = fc.tuple(fc.boolean(), digits, scale).map(([negative, value, places]) => {
  const padded = value.toString().padStart(places + 1, '0');
  const whole = padded.slice(0, padded.length - places);
  return `${negative ? '-' : ''}${whole}${places === 0 ? '' : `.${padded.slice(-places)}`}`;
});

test('a decimal says the same after reading and writing, but for trailing zeros', () => {
  fc.assert(
    fc.property(text, (written) => {
      const value = parseDecimal(written);
      assert.ok(value);
      const shortest = written.includes('.') ? written.replace(/0+$/, '').replace(/\.$/, '') : written;
      assert.equal(formatDecimal(value), /^-0(\.0*)?$/.test(shortest) ? '0' : shortest);
    }),
  );
});

test('n steps of any step are n whole steps', () => {
  const step = fc.record({ digits: fc.bigInt({ min: 1n, max: 10n ** 10n }), scale: fc.integer({ min: 0, max: 8 }) });
  fc.assert(
    fc.property(step, digits, (size, count) => {
      assert.equal(wholeSteps({ digits: size.digits * count, scale: size.scale }, size), count);
    }),
  );
});

test('a value between two steps is no whole number of them', () => {
  assert.equal(wholeSteps({ digits: 15n, scale: 1 }, { digits: 1n, scale: 0 }), undefined);
  assert.equal(wholeSteps({ digits: 7n, scale: 0 }, { digits: 5n, scale: 0 }), undefined);
  assert.equal(wholeSteps({ digits: 35n, scale: 2 }, { digits: 5n, scale: 2 }), 7n);
  assert.equal(wholeSteps({ digits: 2n, scale: 0 }, { digits: 5n, scale: 1 }), 4n);
});

test('values that floats cannot hold stay exact', () => {
  assert.deepEqual(parseDecimal('9007199254740993.00000001'), { digits: 900719925474099300000001n, scale: 8 });
  assert.deepEqual(parseDecimal('0.10'), { digits: 1n, scale: 1 });
  assert.deepEqual(parseDecimal('007'), { digits: 7n, scale: 0 });
});

for (const bad of [
  '',
  '.',
  '.5',
  '5.',
  '+1',
  '1e5',
  '1E-8',
  'NaN',
  'Infinity',
  '0x10',
  '1,000',
  '1 000',
  '--1',
  '١',
  '1'.repeat(65),
]) {
  test(`${JSON.stringify(bad.slice(0, 12))} is no decimal`, () => assert.equal(parseDecimal(bad), undefined));
}
