// Proves: status, prove and verify-proof on a market that the start command keeps up: real RPC, real history; a proof holds against the
// root on-chain, and no other trade, root, market or tampered file is accepted; each refusal has its exit code.
// Does not prove: proofs themselves (client/src/proof.test.ts), or a cluster's history (tests/localnet says what differs).
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Keypair } from '@solana/web3.js';
import { idl } from '#client';
import type { Output } from '../../cli/src/output.ts';
import { Cleanup } from '../../cli/src/start/cleanup.ts';
import { run } from '../../cli/src/start/run.ts';
import { lockstep } from '../support/lockstep.ts';

const cleanup = new Cleanup();
const stop = new AbortController();
let ended: Promise<void>;
let rpc = '';
let market = '';
let stateRoot = '';
let dir = '';

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lockstep-test-'));
  const lines: string[] = [];
  const up = new Promise<void>((resolve, reject) => {
    const say = (line: string) => {
      lines.push(line);
      if (line.includes('stays up')) resolve();
    };
    const output: Output = { json: false, isTerminal: false, say, write: say, result: () => undefined };
    const options = { count: 90, traders: 5, seed: '1', rate: 'max' as const, once: false, json: false };
    ended = run(options, { output, signal: stop.signal, cleanup });
    ended.catch(reject);
  });
  await up;
  const text = lines.join('\n');
  rpc = /node (http:\S+)/.exec(text)?.[1] ?? '';
  market = /market (\S+)/.exec(text)?.[1] ?? '';
  stateRoot = /state root {3}(\S+)/.exec(text)?.[1] ?? '';
});
after(async () => {
  stop.abort(new Error('the test is over'));
  await assert.rejects(ended, /the test is over/);
  await cleanup.run();
  await rm(dir, { recursive: true });
});

const place = () => ['--rpc', rpc, '--market', market];

test('status says where the market stands, for people and for programs', async () => {
  const people = await lockstep('status', ...place());
  assert.equal(people.code, 0);
  assert.match(people.stdout, /^settlement {10}running$/m);
  assert.match(people.stdout, /^last trade {10}90, /m);
  assert.match(people.stdout, /^owed {16}\d+\.\d{4} base, \d+\.\d{6} quote\n {20}\(\d+ base lots, \d+ quote atoms\)$/m);
  const { stdout } = await lockstep('status', ...place(), '--json');
  const status = JSON.parse(stdout);
  assert.equal(status.market.lastTradeId, '90');
  assert.equal(status.market.tree.root, stateRoot);
  assert.equal(status.config.isPaused, false);
});

test('status of a site is that of its market, through its node', async () => {
  const file = join(dir, 'site.json');
  const places = { rpc, program: idl.address, market, redis: 'redis://127.0.0.1:1' };
  const relayer = { root: 'relayer', url: 'http://127.0.0.1:1' };
  await writeFile(file, JSON.stringify({ ...places, relayer, engine: { root: 'engine' }, releases: 'releases' }));
  const { code, stdout, stderr } = await lockstep('status', '--site', file);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^last trade {10}90, /m);
  process.env.LOCKSTEP_SITE = join(dir, 'none.json');
  const named = await lockstep('status', ...place());
  delete process.env.LOCKSTEP_SITE;
  assert.equal(named.code, 0, named.stderr);
  const missing = await lockstep('status', '--site', join(dir, 'none.json'));
  assert.deepEqual([missing.code, /^SITE_UNREADABLE: /.test(missing.stderr)], [2, true]);
});

test('status without a market shows the config', async () => {
  const { code, stdout } = await lockstep('status', '--rpc', rpc);
  assert.equal(code, 0);
  assert.match(stdout, /^batch versions {6}V1$/m);
  assert.doesNotMatch(stdout, /last trade/);
});

test('a trade is proved and the proof checked against the chain, a given root, and itself', async () => {
  const file = join(dir, 'proof.json');
  const proved = await lockstep('prove', ...place(), '--trade-id', '42');
  assert.equal(proved.code, 0, proved.stderr);
  assert.match(
    proved.stderr,
    /^trade 42 settled: \d+\.\d{4} base for \d+\.\d{6} quote \(\d+ lots at \d+\) from trader \d+ to/,
  );
  await writeFile(file, proved.stdout);
  assert.equal(JSON.parse(proved.stdout).root, stateRoot);
  for (const against of [['--rpc', rpc], ['--root', stateRoot], []]) {
    const { code, stdout, stderr } = await lockstep('verify-proof', file, ...against);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^trade 42 settled: /);
    assert.equal(/own root/.test(stdout), against.length === 0);
  }
  const { stdout } = await lockstep('verify-proof', file, '--root', stateRoot, '--json');
  const { valid, rootTrusted, settled, trade } = JSON.parse(stdout);
  assert.deepEqual([valid, rootTrusted, settled, trade.tradeId], [true, true, true, '42']);
});

test('a proof of one line is the same proof', async () => {
  const file = join(dir, 'line.json');
  const { stdout } = await lockstep('prove', ...place(), '--trade-id', '1', '--json');
  assert.equal(stdout.trimEnd().split('\n').length, 1);
  await writeFile(file, stdout);
  assert.equal((await lockstep('verify-proof', file, '--rpc', rpc)).code, 0);
});

test('a proof is refused for another root, market or program, and when anything in it was changed', async () => {
  const file = join(dir, 'genuine.json');
  await writeFile(file, (await lockstep('prove', ...place(), '--trade-id', '7')).stdout);
  const stranger = Keypair.generate().publicKey.toBase58();
  for (const other of [
    ['--root', '00'.repeat(32)],
    ['--market', stranger],
    ['--program', stranger],
  ]) {
    const { code, stderr } = await lockstep('verify-proof', file, '--root', stateRoot, ...other);
    assert.equal(code, 1);
    assert.match(stderr, /^PROOF_INVALID: /);
  }
  const genuine = JSON.parse(await readFile(file, 'utf8'));
  const forgeries = [
    { tradeId: '90000' },
    { leafIndex: genuine.proof.leafIndex + 1 },
    { resultCodes: '00' },
    { path: [] },
  ];
  for (const forgery of forgeries) {
    const forged = join(dir, 'forged.json');
    await writeFile(forged, JSON.stringify({ ...genuine, proof: { ...genuine.proof, ...forgery } }));
    const { code, stdout } = await lockstep('verify-proof', forged, '--rpc', rpc, '--json');
    assert.equal(code, 1);
    assert.equal(JSON.parse(stdout).error.code, 'PROOF_INVALID');
  }
});

test('a proof whose readable words were changed is refused, whatever root it is checked against', async () => {
  const genuine = JSON.parse((await lockstep('prove', ...place(), '--trade-id', '7')).stdout);
  const { outcome } = genuine;
  const forgeries = [
    { ...outcome, settled: false },
    { ...outcome, result: 'InsufficientBase' },
    { ...outcome, trade: { ...outcome.trade, price: `${outcome.trade.price}0` } },
    'settled',
    null,
  ];
  for (const forgery of forgeries) {
    const file = join(dir, 'altered.json');
    await writeFile(file, JSON.stringify({ ...genuine, outcome: forgery }));
    for (const against of [['--rpc', rpc], []]) {
      const { code, stdout } = await lockstep('verify-proof', file, ...against, '--json');
      assert.equal(code, 1);
      assert.equal(JSON.parse(stdout).error.code, 'PROOF_ALTERED');
    }
  }
  const { outcome: _, ...wordless } = genuine;
  await writeFile(join(dir, 'wordless.json'), JSON.stringify(wordless));
  assert.equal((await lockstep('verify-proof', join(dir, 'wordless.json'), '--rpc', rpc)).code, 0);
});

test('what is not on-chain cannot be proved', async () => {
  const { code, stderr } = await lockstep('prove', ...place(), '--trade-id', '91');
  assert.equal(code, 1);
  assert.match(stderr, /^TRADE_UNKNOWN: trade 91 is not on-chain; the last one is 90\n/);
});

test('an account that is no market is refused', async () => {
  const stranger = Keypair.generate().publicKey.toBase58();
  const { code, stderr } = await lockstep('status', '--rpc', rpc, '--market', stranger);
  assert.equal(code, 1);
  assert.match(stderr, /^ACCOUNT_MISSING: /);
});

test('a node that does not answer is said in one line', async () => {
  const { code, stderr } = await lockstep('status', '--rpc', 'http://127.0.0.1:1/secret-key');
  assert.equal(code, 1);
  assert.match(stderr, /^RPC_UNAVAILABLE: http:\/\/127\.0\.0\.1:1 did not answer .*\n {2}\S.*\n$/);
  assert.doesNotMatch(stderr, /secret-key/);
});

test('a file that is no proof is unusable input', async () => {
  const contents = [
    ['', 'it is no JSON'],
    ['{}', 'it has no field "proof"'],
    ['[]', 'it has no field "proof"'],
    ['null', 'it has no field "proof"'],
    ['{"proof":{"program":"x"},"root":"zz"}', 'its "root" is not 64 hex digits'],
    [`{"proof":{"program":"x"},"root":"${'0'.repeat(64)}"}`, 'the "program" of its proof is no address'],
  ] as const;
  for (const [content, reason] of contents) {
    const file = join(dir, 'nothing.json');
    await writeFile(file, content);
    const { code, stderr } = await lockstep('verify-proof', file);
    assert.equal(code, 2, content);
    assert.ok(stderr.startsWith(`PROOF_UNREADABLE: ${file}: ${reason}\n`), stderr);
  }
  const absent = await lockstep('verify-proof', join(dir, 'absent.json'));
  assert.equal(absent.code, 2);
  assert.match(absent.stderr, /: there is no such file\n/);
});
