/**
 * Proves: `generate --check` changes nothing and finds a changed, a missing and a stray file; `generate` mends them; without
 * Rust the part that needs it is named and the verdict is 3, never 0. Does not prove: the IDL itself; CI rebuilds it.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Checkout, type Outcome, repo } from './setup/checkout.ts';

const FEES = 'tests/golden/v1/fees.json';
const STRAY = 'proto/lockstep/trade_v9.proto';

function checkoutWithGenerated(): Checkout {
  const checkout = new Checkout('tools', 'idl', 'proto', 'tests/golden', 'package.json');
  symlinkSync(join(repo, 'node_modules'), join(checkout.folder, 'node_modules'));
  return checkout;
}

const generate = (checkout: Checkout, ...args: string[]): Outcome =>
  checkout.run('node', ['--import', 'tsx', 'tools/generate.ts', ...args], checkout.bareTools());

describe('generate', () => {
  test('--check accepts what is committed', () => {
    const checkout = checkoutWithGenerated();
    for (const part of ['proto', 'golden']) {
      const { status, stdout } = generate(checkout, '--check', '--only', part);
      assert.equal(stdout, `${part}: as committed\n`);
      assert.equal(status, 0);
    }
  });

  test('--check finds a changed, a missing and a stray file, and leaves them', () => {
    const checkout = checkoutWithGenerated();
    checkout.write(FEES, '{}\n');
    checkout.write(STRAY, 'syntax = "proto3";\n');
    checkout.remove('tests/golden/v1/tree.json');
    const { status, stdout } = generate(checkout, '--check');
    for (const path of [FEES, STRAY, 'tests/golden/v1/tree.json'])
      assert.match(stdout, new RegExp(`^ {2}${path}$`, 'm'));
    assert.equal(status, 1);
    assert.equal(readFileSync(join(checkout.folder, FEES), 'utf8'), '{}\n');
    assert.ok(existsSync(join(checkout.folder, STRAY)));
  });

  test('without --check mends them', () => {
    const checkout = checkoutWithGenerated();
    checkout.write(FEES, '{}\n');
    checkout.write(STRAY, 'syntax = "proto3";\n');
    generate(checkout);
    assert.equal(readFileSync(join(checkout.folder, FEES), 'utf8'), readFileSync(join(repo, FEES), 'utf8'));
    assert.ok(!existsSync(join(checkout.folder, STRAY)));
  });

  test('names the part that needs Rust, and answers 3', () => {
    const { status, stdout } = generate(checkoutWithGenerated(), '--check');
    assert.match(stdout, /^idl: NOT CHECKED, it needs the Rust toolchain$/m);
    assert.match(stdout, /^golden: as committed$/m);
    assert.equal(status, 3);
  });

  test('a difference counts more than a part that was not checked', () => {
    const checkout = checkoutWithGenerated();
    checkout.write(FEES, '{}\n');
    assert.equal(generate(checkout, '--check').status, 1);
  });

  test('refuses a part that does not exist', () => {
    const { status, stderr } = generate(checkoutWithGenerated(), '--only', 'docs');
    assert.match(stderr, /--only takes one of idl, proto, golden/);
    assert.equal(status, 2);
  });

  test('refuses a lock that the IDL would break', () => {
    const checkout = checkoutWithGenerated();
    const lock = JSON.parse(readFileSync(join(checkout.folder, 'proto/lockstep/field-numbers.json'), 'utf8'));
    lock.TradeEventV1.fields.price.type = 'uint32';
    checkout.write('proto/lockstep/field-numbers.json', JSON.stringify(lock));
    const { status, stderr } = generate(checkout, '--only', 'proto');
    assert.match(stderr, /TradeEventV1\.price is uint32 for ever and can not become uint64/);
    assert.equal(status, 2);
  });
});
