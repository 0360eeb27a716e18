/**
 * Proves: what build-program refuses before it compiles anything, with which exit code and words, and that it says so
 * when the toolchain can't be had. Does not prove: the build itself; CI rebuilds the program with --check.
 */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Checkout, type Outcome } from './setup/checkout.ts';

function checkoutWithRelease(): Checkout {
  const checkout = new Checkout('tools/build-program', 'tools/sbpf');
  checkout.write(
    'releases/environments.json',
    '{"deployed": {"settlement": "0.1.0"}, "staged": {"settlement": "0.1.0"}}',
  );
  checkout.write('releases/settlement/0.1.0/settlement.so', 'object');
  checkout.write('programs/settlement/Cargo.toml', '[package]\nname = "settlement"\nversion = "0.1.0"\n');
  return checkout;
}

function build(checkout: Checkout, args: readonly string[], path = checkout.bareTools()): Outcome {
  return checkout.run(join(checkout.folder, 'tools/build-program'), args, path);
}

const plain = checkoutWithRelease();

describe('build-program refuses with 2', () => {
  const refusals: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['an unknown argument', ['--fast'], /unknown argument: --fast/],
    ['--out without a folder', ['--out'], /--out needs a value/],
    ['--release without a version', ['--release'], /--release needs a value/],
    ['--out with --check', ['--check', '--out', 'x'], /--out goes with neither/],
    ['--replace without --release', ['--replace'], /--replace goes with --release/],
    ['a version that is none', ['--release', '1.2'], /wants a version like 1\.2\.3/],
    ['another version than the crate has', ['--release', '9.9.9'], /says version 0\.1\.0, not 9\.9\.9/],
    [
      'a feature the staged release was not built with',
      ['--check', '--features', 'x'],
      /0\.1\.0\+x, which has no object/,
    ],
    ['a feature without its name', ['--release', '0.1.0', '--features', 'v2-only'], /is not called 0\.1\.0/],
    ['a name without its feature', ['--release', '0.1.0+v2-only'], /with --features \(none\) is not called/],
    ['a release that exists', ['--release', '0.1.0'], /release 0\.1\.0 exists/],
  ];
  for (const [name, args, message] of refusals) {
    test(name, () => {
      const { status, stderr } = build(plain, args);
      assert.match(stderr, message);
      assert.equal(status, 2);
    });
  }

  test('--check of a staged release without an object', () => {
    const checkout = checkoutWithRelease();
    checkout.remove('releases/settlement/0.1.0/settlement.so');
    const { status, stderr } = build(checkout, ['--check']);
    assert.match(stderr, /stages settlement 0\.1\.0, which has no object/);
    assert.equal(status, 2);
  });

  test('--check when nothing is staged', () => {
    const checkout = checkoutWithRelease();
    checkout.write('releases/environments.json', '{"deployed": {}, "staged": {}}');
    const { status, stderr } = build(checkout, ['--check']);
    assert.match(stderr, /stages no release of settlement/);
    assert.equal(status, 2);
  });
});

describe('build-program answers 3, nothing proved', () => {
  test('when rustup is missing and can not be installed', () => {
    const { status, stderr } = build(plain, ['--check']);
    assert.match(stderr, /^build-program: the pinned toolchain can't be had: rustup is missing/m);
    assert.equal(status, 3);
  });

  test('when rustup can not install the pinned version', () => {
    const { status, stderr } = build(plain, ['--check'], plain.bareTools({ rustup: '#!/bin/sh\nexit 1\n' }));
    assert.match(stderr, /rustup could not install Rust 1\.98\.0/);
    assert.equal(status, 3);
  });

  test('to --check when cargo build-sbf would build other bytes', () => {
    const path = plain.bareTools({ 'cargo-build-sbf': '#!/bin/sh\nexit 0\n' });
    const { status, stderr } = build(plain, ['--check'], path);
    assert.match(stderr, /cargo build-sbf is on PATH and gives other bytes/);
    assert.equal(status, 3);
  });
});

describe('build-program with cargo build-sbf on PATH', () => {
  test('builds with it, into the folder asked for', () => {
    const cargo = `#!/bin/sh
[ "$1 $2 $4" = "build-sbf --manifest-path --sbf-out-dir" ] || exit 9
echo object > "$5/settlement.so"
`;
    const out = join(plain.folder, 'out');
    mkdirSync(out);
    const { status, stdout } = build(plain, ['--out', out], plain.bareTools({ cargo, 'cargo-build-sbf': cargo }));
    assert.equal(status, 0);
    assert.match(stdout, /^[0-9a-f]{64} {2}.*settlement\.so$/m);
  });

  test('answers 2 when that fails', () => {
    const failing = '#!/bin/sh\nexit 1\n';
    const { status, stderr } = build(plain, [], plain.bareTools({ cargo: failing, 'cargo-build-sbf': failing }));
    assert.match(stderr, /cargo build-sbf failed/);
    assert.equal(status, 2);
  });
});

test('build-program --help names every exit code', () => {
  const { status, stdout } = build(plain, ['--help']);
  assert.equal(status, 0);
  assert.match(stdout, /exit: 0 .* 1 .* 2 [\s\S]* 3 /);
});
