// Proves: which packages a command loads, read from the coverage Node writes of every script it ran: a list of commands needs none of
// the chain's libraries, and a relayer that starts again none that only other commands use.
// Does not prove: how long loading takes; `npm run bench:recovery` reports that.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const LOCKSTEP = fileURLToPath(new URL('../bin/lockstep.mjs', import.meta.url));
const PACKAGE = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*\/node_modules\/)/;

interface Coverage {
  readonly result: readonly { readonly url: string }[];
}

/** Scripts that ran in `lockstep ARGS`, as file URLs, and how it ended. */
function scriptsOf(...args: readonly string[]): { readonly status: number | null; readonly urls: readonly string[] } {
  const dir = mkdtempSync(join(tmpdir(), 'lockstep-loading-'));
  try {
    const env = { PATH: process.env.PATH, NODE_V8_COVERAGE: dir };
    const { status } = spawnSync(process.execPath, [LOCKSTEP, ...args], { env, stdio: 'ignore' });
    const files = readdirSync(dir).map((file) => JSON.parse(readFileSync(join(dir, file), 'utf8')) as Coverage);
    return { status, urls: files.flatMap(({ result }) => result.map(({ url }) => url)) };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const packagesOf = (urls: readonly string[]): ReadonlySet<string> =>
  new Set(urls.flatMap((url) => PACKAGE.exec(url)?.[1] ?? []));

const CHAIN_AND_QUEUE = ['@solana/web3.js', '@coral-xyz/anchor', 'bullmq', 'ioredis'];
const OF_OTHERS = ['litesvm', '@solana/kit', '@solana/spl-token', 'prom-client'];

for (const args of [['--help'], ['relayer', '--help'], ['relayer', '--nope']]) {
  test(`lockstep ${args.join(' ')} loads no library of a chain or a queue`, () => {
    const loaded = packagesOf(scriptsOf(...args).urls);
    assert.ok(loaded.has('commander'));
    for (const name of [...CHAIN_AND_QUEUE, ...OF_OTHERS, 'zod']) assert.ok(!loaded.has(name), name);
  });
}

test('the relayer loads what it works with, of Anchor only the coder, and nothing of other commands', () => {
  const { status, urls } = scriptsOf('relayer');
  assert.equal(status, 2, 'without settings it ends when everything is loaded');
  const loaded = packagesOf(urls);
  for (const name of CHAIN_AND_QUEUE) assert.ok(loaded.has(name), name);
  for (const name of OF_OTHERS) assert.ok(!loaded.has(name), name);
  const anchor = urls.filter((url) => PACKAGE.exec(url)?.[1] === '@coral-xyz/anchor');
  assert.deepEqual(
    anchor.filter((url) => !/\/dist\/cjs\/(coder\/|utils\/|idl\.js|error\.js)/.test(url)),
    [],
  );
});
