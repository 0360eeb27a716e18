/**
 * Proves: what build-program refuses before it compiles anything, with which exit code and words, and that it says so
 * when the toolchain can't be had. Does not prove: the build itself; CI rebuilds the program with --check.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';

const repo = join(import.meta.dirname, '../..');
const work = mkdtempSync(join(tmpdir(), 'build-program-'));
after(() => rmSync(work, { recursive: true, force: true }));

/** A checkout with nothing but the script and one release: what the script decides there can't touch this one. */
function checkout(name: string): string {
  const folder = join(work, name);
  for (const path of ['tools/build-program', 'tools/sbpf'])
    cpSync(join(repo, path), join(folder, path), { recursive: true });
  write(
    folder,
    'releases/environments.json',
    '{"deployed": {"settlement": "0.1.0"}, "staged": {"settlement": "0.1.0"}}',
  );
  write(folder, 'releases/settlement/0.1.0/settlement.so', 'object');
  write(folder, 'programs/settlement/Cargo.toml', '[package]\nname = "settlement"\nversion = "0.1.0"\n');
  return folder;
}

function write(folder: string, path: string, content: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

/** PATH holds what the script needs of the system, and neither rustup nor apt-get. */
function bareTools(extra: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(work, 'bin-'));
  for (const tool of [
    'bash',
    'cat',
    'cp',
    'cut',
    'dirname',
    'env',
    'flock',
    'grep',
    'id',
    'mkdir',
    'mktemp',
    'rm',
    'sed',
    'sha256sum',
  ]) {
    const found = spawnSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).stdout.trim();
    symlinkSync(found, join(folder, tool));
  }
  symlinkSync(process.execPath, join(folder, 'node'));
  for (const [name, script] of Object.entries(extra)) writeFileSync(join(folder, name), script, { mode: 0o755 });
  return folder;
}

function build(
  folder: string,
  args: readonly string[],
  path = bareTools(),
): { status: number | null; stdout: string; stderr: string } {
  const env = { PATH: path, HOME: join(work, 'home'), BUILD_CACHE: join(work, 'cache') };
  return spawnSync(join(folder, 'tools/build-program'), [...args], { encoding: 'utf8', env });
}

const folder = checkout('plain');

describe('build-program refuses with 2', () => {
  const refusals: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['an unknown argument', ['--fast'], /unknown argument: --fast/],
    ['--out without a folder', ['--out'], /--out needs a value/],
    ['--release without a version', ['--release'], /--release needs a value/],
    ['--out with --check', ['--check', '--out', 'x'], /--out goes with neither/],
    ['--replace without --release', ['--replace'], /--replace goes with --release/],
    ['a version that is none', ['--release', '1.2'], /wants a version like 1\.2\.3/],
    ['another version than the crate has', ['--release', '9.9.9'], /says version 0\.1\.0, not 9\.9\.9/],
    ['a release that exists', ['--release', '0.1.0'], /release 0\.1\.0 exists/],
  ];
  for (const [name, args, message] of refusals) {
    test(name, () => {
      const { status, stderr } = build(folder, args);
      assert.match(stderr, message);
      assert.equal(status, 2);
    });
  }

  test('--check of a staged release without an object', () => {
    const without = checkout('no-object');
    rmSync(join(without, 'releases/settlement/0.1.0/settlement.so'));
    const { status, stderr } = build(without, ['--check']);
    assert.match(stderr, /stages settlement 0\.1\.0, which has no object/);
    assert.equal(status, 2);
  });

  test('--check when nothing is staged', () => {
    const without = checkout('nothing-staged');
    write(without, 'releases/environments.json', '{"deployed": {}, "staged": {}}');
    const { status, stderr } = build(without, ['--check']);
    assert.match(stderr, /stages no release of settlement/);
    assert.equal(status, 2);
  });
});

describe('build-program answers 3, nothing proved', () => {
  test('when rustup is missing and can not be installed', () => {
    const { status, stderr } = build(folder, ['--check']);
    assert.match(stderr, /^build-program: the pinned toolchain can't be had: rustup is missing/m);
    assert.equal(status, 3);
  });

  test('when rustup can not install the pinned version', () => {
    const { status, stderr } = build(folder, ['--check'], bareTools({ rustup: '#!/bin/sh\nexit 1\n' }));
    assert.match(stderr, /rustup could not install Rust 1\.98\.0/);
    assert.equal(status, 3);
  });

  test('to --check when cargo build-sbf would build other bytes', () => {
    const { status, stderr } = build(folder, ['--check'], bareTools({ 'cargo-build-sbf': '#!/bin/sh\nexit 0\n' }));
    assert.match(stderr, /cargo build-sbf is on PATH and gives other bytes/);
    assert.equal(status, 3);
  });
});

describe('build-program with cargo build-sbf on PATH', () => {
  test('builds with it, into the folder asked for', () => {
    const cargo =
      '#!/bin/sh\n[ "$1 $2 $4" = "build-sbf --manifest-path --sbf-out-dir" ] || exit 9\necho object > "$5/settlement.so"\n';
    const out = join(work, 'out');
    mkdirSync(out);
    const { status, stdout } = build(folder, ['--out', out], bareTools({ cargo, 'cargo-build-sbf': cargo }));
    assert.equal(status, 0);
    assert.match(stdout, /^[0-9a-f]{64} {2}.*settlement\.so$/m);
  });

  test('answers 2 when that fails', () => {
    const failing = '#!/bin/sh\nexit 1\n';
    const { status, stderr } = build(folder, [], bareTools({ cargo: failing, 'cargo-build-sbf': failing }));
    assert.match(stderr, /cargo build-sbf failed/);
    assert.equal(status, 2);
  });
});

test('build-program --help names every exit code', () => {
  const { status, stdout } = build(folder, ['--help']);
  assert.equal(status, 0);
  assert.match(stdout, /exit: 0 .* 1 .* 2 [\s\S]* 3 /);
});
