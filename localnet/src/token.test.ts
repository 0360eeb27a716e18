/** Proves: token amounts are shown with the decimals of their mint, without trailing zeros. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tokenAmount } from './token.ts';

for (const [amount, decimals, shown] of [
  [0n, 6, '0'],
  [5n, 0, '5'],
  [5n, 6, '0.000005'],
  [1_234_567n, 6, '1.234567'],
  [1_000_000n, 6, '1'],
  [100n, 0, '100'],
  [120n, 2, '1.2'],
  [18_446_744_073_709_551_615n, 9, '18446744073.709551615'],
] as const) {
  test(`${amount} with ${decimals} decimals is ${shown}`, () => {
    const { amount: text, uiAmountString, uiAmount } = tokenAmount(amount, decimals);
    assert.deepEqual([text, uiAmountString, uiAmount], [amount.toString(), shown, Number(shown)]);
  });
}
