/**
 * Proves: every error variant LiteSVM declares has its JSON form and its sentence here, in LiteSVM's order.
 * Does not prove: that LiteSVM reports the variant a validator would; the conformance suite compares those.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { describeTransactionError, instructionErrorJson, transactionErrorJson } from './errors.ts';

const packageFolder = dirname(createRequire(import.meta.url).resolve('litesvm/package.json'));
const declarations = readFileSync(join(packageFolder, 'dist', 'internal.d.ts'), 'utf8');

/** The variants of one of LiteSVM's enums, which exist in its type declarations only. */
function declared(name: string): [variant: string, value: number][] {
  const body = new RegExp(`const enum ${name} \\{([^}]*)\\}`).exec(declarations)?.[1] ?? '';
  return [...body.matchAll(/(\w+) = (\d+)/g)].map(([, variant = '', value]) => [variant, Number(value)]);
}

describe('transaction errors without fields', () => {
  const variants = declared('TransactionErrorFieldless');
  test('LiteSVM declares them', () => assert.ok(variants.length > 30));
  for (const [name, value] of variants) {
    test(name, () => {
      const json = transactionErrorJson(value, false);
      assert.equal(json, name);
      assert.ok(describeTransactionError(json).length > 0);
    });
  }
  test('a variant of a newer LiteSVM is not guessed', () => {
    assert.throws(() => transactionErrorJson(variants.length, false), /variant/);
  });
});

describe('instruction errors without fields', () => {
  const variants = declared('InstructionErrorFieldless');
  test('LiteSVM declares them', () => assert.ok(variants.length > 50));
  for (const [name, value] of variants) {
    test(name, () => {
      const json = transactionErrorJson({ index: 3, err: () => value }, false);
      assert.deepEqual(json, { InstructionError: [3, name] });
      assert.match(describeTransactionError(json), /^Error processing Instruction 3: [A-Za-z]/);
    });
  }
  test('a variant of a newer LiteSVM is not guessed', () => {
    assert.throws(() => instructionErrorJson(variants.length), /variant/);
  });
});

describe('errors with fields', () => {
  const cases = [
    [
      { index: 0, err: () => ({ code: 6001 }) },
      { InstructionError: [0, { Custom: 6001 }] },
      /^Error processing Instruction 0: custom program error: 0x1771$/,
    ],
    [
      { index: 2, err: () => ({ msg: 'io' }) },
      { InstructionError: [2, 'BorshIoError'] },
      /^Error processing Instruction 2: Failed to serialize/,
    ],
    [{ index: 1 }, { DuplicateInstruction: 1 }, /duplicate instruction \(1\)/],
    [
      { accountIndex: 4 },
      { InsufficientFundsForRent: { account_index: 4 } },
      /an account \(4\) with insufficient funds for rent/,
    ],
  ] as const;
  for (const [raw, json, sentence] of cases) {
    test(JSON.stringify(json), () => {
      assert.deepEqual(transactionErrorJson(raw, false), json);
      assert.match(describeTransactionError(transactionErrorJson(raw, false)), sentence);
    });
  }

  test('restricted execution is told apart from missing rent by its class', () => {
    const json = transactionErrorJson({ accountIndex: 4 }, true);
    assert.deepEqual(json, { ProgramExecutionTemporarilyRestricted: { account_index: 4 } });
    assert.match(describeTransactionError(json), /account at index 4 is temporarily restricted/);
  });
});
