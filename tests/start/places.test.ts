// Proves: `start --rpc` on a chain that somebody else runs: deploys the release where it is missing, creates the config, uses one that
// is ours and gives the active relayer back; `start --redis` uses a Redis, leaves it running and takes only its own keys along; each
// refusal has its code, ends with 2, and quotes no password.
// Does not prove: a validator's own ways (the embedded node stands in for it; tests/localnet says where the two differ).
import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { after, before, test } from 'node:test';
import { Keypair, PublicKey } from '@solana/web3.js';
import { Redis } from 'ioredis';
import { idl, readConfig, settlementInstructions } from '#client';
import type { Localnet } from '#localnet';
import { startLocalnet } from '#localnet';
import { main } from '../../cli/src/main.ts';
import type { PrivateRedis } from '../../cli/src/redis-server.ts';
import { startPrivateRedis } from '../../cli/src/redis-server.ts';
import { deployedRelease } from '../../cli/src/release/program.ts';
import { createSender, step } from '../../cli/src/transactions.ts';
import { rpcNode } from '../../relayer/src/testing/rpc-node.ts';
import { runStart } from './start-process.ts';

const SLOT_MS = 25;
const SOL = 1_000_000_000n;
const operator = Keypair.generate();
let dir = '';
let keypair = '';
/** Has the program at the IDL's address; `operator` may upgrade it. */
let chain: Localnet;
/** Has no program of ours. */
let bare: Localnet;
let server: PrivateRedis;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lockstep-test-'));
  keypair = join(dir, 'operator.json');
  await writeFile(keypair, JSON.stringify([...operator.secretKey]), { mode: 0o600 });
  const program = { programId: new PublicKey(idl.address), file: deployedRelease().file };
  chain = await startLocalnet({ slotMs: SLOT_MS, programs: [{ ...program, upgradeAuthority: operator.publicKey }] });
  chain.airdrop(operator.publicKey, 100n * SOL);
  bare = await startLocalnet({ slotMs: SLOT_MS });
  server = await startPrivateRedis();
});
after(async () => {
  await Promise.all([chain.close(), bare.close(), server.stop()]);
  await rm(dir, { recursive: true });
});

/** In this process: what is refused starts nothing worth watching. */
const refusal = (...args: string[]) => ended(2, args);

/** A place that is away, or does not do what it is asked: the same command may work later. */
const failure = (...args: string[]) => ended(1, args);

async function ended(
  expected: 1 | 2,
  args: readonly string[],
): Promise<{ readonly code: string; readonly text: string }> {
  let text = '';
  const stream = () =>
    new Writable({
      write: (piece, _, done) => {
        text += piece.toString();
        done();
      },
    });
  const exit = await main(['start', '--count', '5', '--once', ...args], { stdout: stream(), stderr: stream() });
  assert.equal(exit, expected, text);
  return { code: /^([A-Z_]+): /m.exec(text)?.[1] ?? '', text };
}

async function settles(...args: string[]): Promise<string> {
  const { code, json, stderr } = await runStart(['--count', '40', '--traders', '3', ...args]);
  assert.equal(code, 0, stderr);
  assert.deepEqual([json.settled, json.pending, json.verified], [40, 0, true]);
  return stderr;
}

const activeRelayer = async () =>
  (await readConfig(chain.connection('confirmed'), new PublicKey(idl.address), 'confirmed')).value.activeRelayer;

test('--rpc without a program: one is deployed by transactions, paid by the faucet', async () => {
  const text = await settles('--rpc', bare.rpcUrl, '--ws', bare.wsUrl);
  assert.match(text, /settlement \S+ is not there: deploying it to/);
  assert.match(text, /^ {2}(\S+) of \1 pieces written$/m);
});

test('--rpc with the program: the config is created once, then used, and the relayer before is put back', async () => {
  const place = ['--rpc', chain.rpcUrl, '--keypair', keypair];
  await settles(...place);
  const before = await activeRelayer();
  const text = await settles(...place);
  assert.match(text, new RegExp(`^active relayer ${before} → \\S+ while this run lasts$`, 'm'));
  assert.ok((await activeRelayer()).equals(before));
});

test('--redis: left running, with all that is not of this run', async () => {
  const redis = new Redis(server.url);
  await redis.set('of-somebody-else', 'kept');
  const text = await settles('--redis', server.url);
  assert.match(text, /^redis redis:\/\/127\.0\.0\.1:\d+ · node/m);
  assert.deepEqual(await redis.keys('*'), ['of-somebody-else']);
  redis.disconnect();
});

test('a config of somebody else is not touched', async () => {
  const stranger = await refusal('--rpc', chain.rpcUrl);
  assert.equal(stranger.code, 'CONFIG_UNAVAILABLE');
  assert.match(stranger.text, new RegExp(`belongs to ${operator.publicKey}`));
});

test('a program that is not there, or is none of the releases, is not used', async () => {
  const missing = await refusal('--rpc', bare.rpcUrl, '--program', Keypair.generate().publicKey.toBase58());
  assert.equal(missing.code, 'PROGRAM_MISSING');
  const token = await refusal('--rpc', bare.rpcUrl, '--program', 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA');
  assert.equal(token.code, 'PROGRAM_UNKNOWN');
});

test('a config that says something else than start would is not used, and not changed', async () => {
  const connection = chain.connection('confirmed');
  const send = createSender(connection, operator, new AbortController().signal);
  const program = new PublicKey(idl.address);
  const setPaused = (isPaused: boolean) =>
    step([settlementInstructions(program).setPaused({ authority: operator.publicKey, isPaused })]);
  await send.together([setPaused(true)]);
  const before = await activeRelayer();
  const { code, text } = await refusal('--rpc', chain.rpcUrl, '--keypair', keypair);
  await send.together([setPaused(false)]);
  assert.equal(code, 'CONFIG_UNFIT');
  assert.match(text, /config.isPaused is true/);
  assert.ok((await activeRelayer()).equals(before));
});

test('a cluster that deploys no programs like the release says so, and nothing is written', async () => {
  const data = Buffer.alloc(9, 1);
  const address = 'B8JJXCy5amZyWG9r7EnUYLwzXSXTxG7GZ1qZ1qggo83g';
  const owner = 'Feature111111111111111111111111111111111111';
  bare.setAccount({ address, data, owner, lamports: 1_000_000_000n, executable: false });
  assert.equal((await refusal('--rpc', bare.rpcUrl)).code, 'DEPLOY_REFUSED');
});

test('mainnet, a faucet that gives nothing, a node that does not answer', async () => {
  const genesis = '5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d';
  const mainnet = await rpcNode({ getGenesisHash: () => genesis });
  assert.equal((await refusal('--rpc', mainnet.url)).code, 'MAINNET_REFUSED');
  const stingy = await rpcNode({
    getGenesisHash: () => bare.genesisHash,
    getAccountInfo: () => ({ context: { slot: 1 }, value: null }),
    getMinimumBalanceForRentExemption: () => 1,
    requestAirdrop: () => {
      throw new Error('429 too many requests');
    },
  });
  const { code, text } = await failure('--rpc', stingy.url);
  assert.equal(code, 'FAUCET_REFUSED');
  assert.match(text, /--keypair FILE/);
  const silent = await runStart(['--count', '5', '--rpc', 'http://127.0.0.1:1/secret-path']);
  assert.equal(silent.code, 1);
  assert.match(silent.stderr, /^RPC_UNAVAILABLE: /m);
  assert.doesNotMatch(silent.stderr, /secret-path/);
});

test('a key without money, and one that others may read', async () => {
  const poor = join(dir, 'poor.json');
  await writeFile(poor, JSON.stringify([...Keypair.generate().secretKey]), { mode: 0o600 });
  assert.equal((await refusal('--rpc', chain.rpcUrl, '--keypair', poor)).code, 'FUNDS_MISSING');
  await chmod(poor, 0o644);
  const exposed = await refusal('--rpc', chain.rpcUrl, '--keypair', poor);
  assert.equal(exposed.code, 'KEYPAIR_EXPOSED');
  assert.match(exposed.text, /chmod 600/);
});

test('a Redis that evicts is refused with the command that corrects it', async () => {
  const redis = new Redis(server.url);
  await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
  const { code, text } = await refusal('--redis', server.url);
  await redis.config('SET', 'maxmemory-policy', 'noeviction');
  redis.disconnect();
  assert.equal(code, 'REDIS_EVICTS');
  assert.match(text, /redis-cli -u redis:\/\/127\.0\.0\.1:\d+ CONFIG SET maxmemory-policy noeviction/);
});

test('a Redis before 6.2 is refused', async (t) => {
  const old = createServer((socket) => {
    socket.on('error', () => undefined);
    const info = 'redis_version:5.0.14\r\nloading:0\r\n';
    const answer = (command: string) => (/info/i.test(command) ? `$${info.length}\r\n${info}\r\n` : '+OK\r\n');
    socket.on('data', (data) => {
      for (const command of data.toString().split('*').slice(1)) socket.write(answer(command));
    });
  });
  await new Promise<void>((resolve) => old.listen(0, '127.0.0.1', resolve));
  t.after(() => old.close());
  const { port } = old.address() as AddressInfo;
  assert.equal((await refusal('--redis', `redis://127.0.0.1:${port}`)).code, 'REDIS_TOO_OLD');
});

test('a Redis that does not answer or takes no such password is refused without quoting it', async () => {
  for (const url of ['redis://:S3CRET@127.0.0.1:1', server.url.replace('redis://', 'redis://nobody:S3CRET@')]) {
    const { code, text } = await failure('--redis', url);
    assert.equal(code, 'REDIS_UNREACHABLE');
    assert.doesNotMatch(text, /S3CRET/);
  }
  const { code, text } = await refusal('--redis', 'http://:S3CRET@127.0.0.1:1');
  assert.equal(code, 'OPTION_INVALID');
  assert.doesNotMatch(text, /S3CRET/);
});

test('options of a cluster without one', async () => {
  for (const [option, value] of [
    ['--ws', 'ws://127.0.0.1:1'],
    ['--keypair', keypair],
    ['--program', idl.address],
  ] as const) {
    assert.equal((await refusal(option, value)).code, 'OPTION_INVALID');
  }
});
