/**
 * Proves: the node runs as a process with the flags of solana-test-validator, says when it is ready, ends on SIGINT
 * and SIGTERM, and explains what it cannot do.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Connection, Keypair, TransactionInstruction } from '@solana/web3.js';
import { startLocalnet } from '#localnet';
import { programDataAddress } from '../loader.ts';
import { tinyProgram } from '../tiny-program.ts';
import { buildV0 } from '../wallet.ts';

const MAIN = new URL('../../../localnet/src/main.ts', import.meta.url).pathname;
let folder = '';
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-localnet-'));
});
after(() => rmSync(folder, { recursive: true }));

/** A command that neither gets ready nor ends is killed, so that the test fails instead of hanging. */
const PATIENCE_MS = 60_000;

function start(...flags: string[]): { process: ChildProcess; output: () => string } {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: PATIENCE_MS,
    killSignal: 'SIGKILL',
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += String(chunk)));
  return { process: child, output: () => output };
}

async function startReady(...flags: string[]) {
  const { process: child, output } = start('--rpc-port', '0', '--json', ...flags);
  assert.ok(child.stdout);
  const ended = once(child, 'exit').then(() => assert.fail(`it ended before it was ready: ${output()}`));
  const [line] = await Promise.race([once(child.stdout, 'data'), ended]);
  ended.catch(() => undefined);
  const ready: { ready: boolean; rpcUrl: string; wsUrl: string; genesisHash: string } = JSON.parse(String(line));
  return { child, ready };
}

async function failure(...flags: string[]): Promise<string> {
  const { process: child, output } = start(...flags);
  const [code] = await once(child, 'close');
  assert.equal(code, 2, output());
  return output();
}

test('it loads programs, accounts and airdrops, and the websocket is one port above', async () => {
  const [upgradeable, fixed, rich, authority, account] = Array.from({ length: 5 }, () => Keypair.generate());
  assert.ok(upgradeable && fixed && rich && authority && account);
  const object = join(folder, 'program.so');
  writeFileSync(object, tinyProgram(4));
  const keypair = join(folder, 'authority.json');
  writeFileSync(keypair, JSON.stringify([...authority.secretKey]));
  const dump = join(folder, 'account.json');
  const body = { lamports: 9, data: ['', 'base64'], owner: '1'.repeat(32), executable: false, rentEpoch: 0 };
  writeFileSync(dump, JSON.stringify({ pubkey: account.publicKey.toBase58(), account: body }));

  const { child, ready } = await startReady(
    ...['--slot-ms', '20', '--mint', rich.publicKey.toBase58(), '--account', '-', dump],
    ...['--upgradeable-program', upgradeable.publicKey.toBase58(), object, keypair],
    ...['--bpf-program', fixed.publicKey.toBase58(), object],
  );
  try {
    assert.equal(Number(new URL(ready.wsUrl).port), Number(new URL(ready.rpcUrl).port) + 1);
    const connection = new Connection(ready.rpcUrl, 'confirmed');
    assert.equal(await connection.getGenesisHash(), ready.genesisHash);
    assert.equal(await connection.getBalance(rich.publicKey), 1e15);
    assert.equal(await connection.getBalance(account.publicKey), 9);
    const data = (await connection.getAccountInfo(programDataAddress(upgradeable.publicKey)))?.data;
    assert.deepEqual(data?.subarray(13, 45), authority.publicKey.toBuffer());
    assert.equal((await connection.getAccountInfo(programDataAddress(fixed.publicKey)))?.data[12], 0);
    const { blockhash } = await connection.getLatestBlockhash();
    const call = new TransactionInstruction({ programId: fixed.publicKey, keys: [] });
    await assert.rejects(connection.sendTransaction(buildV0(rich.publicKey, blockhash, [call], [rich])), /0x4/);
  } finally {
    child.kill('SIGTERM');
    assert.deepEqual(await once(child, 'exit'), [0, null]);
  }
});

test('SIGINT ends it as well', async () => {
  const { child } = await startReady();
  child.kill('SIGINT');
  assert.deepEqual(await once(child, 'exit'), [0, null]);
});

test('it says what is wrong and what to do', async () => {
  assert.match(await failure('--rpc-port', 'x'), /^OPTION_INVALID: --rpc-port takes a whole number, not x\./);
  assert.match(await failure('--bpf-program', 'only-one'), /^OPTION_INVALID: --bpf-program takes 2 values/);
  assert.match(await failure('--bpf-program', '1'.repeat(32), '/nowhere.so'), /^PROGRAM_UNREADABLE: \/nowhere\.so/);
  assert.match(await failure('--mint', 'nobody', '--rpc-port', '0'), /^ADDRESS_INVALID: nobody is no address/);
  assert.match(
    await failure('--mint', '1'.repeat(32), '--rpc-port', '0'),
    /^ADDRESS_INVALID: 1+ is a sysvar or a program/,
  );
  assert.match(
    await failure('--account', '-', '/nowhere.json'),
    /^ACCOUNT_FILE_INVALID: \/nowhere\.json does not exist/,
  );
});

test('a port that is taken is refused, also when only the one above is', async () => {
  const blocker = createServer();
  blocker.listen(0, '127.0.0.1');
  await once(blocker, 'listening');
  const address = blocker.address();
  assert.ok(address && typeof address === 'object');
  await assert.rejects(startLocalnet({ port: address.port }), { code: 'PORT_TAKEN' });
  await assert.rejects(startLocalnet({ port: address.port - 1 }), { code: 'PORT_TAKEN' });
  blocker.close();
});

test('any number of nodes find ports of their own', async () => {
  const nodes = await Promise.all(Array.from({ length: 8 }, () => startLocalnet({ manualSlots: true })));
  const ports = nodes.flatMap(({ rpcUrl, wsUrl }) => [new URL(rpcUrl).port, new URL(wsUrl).port]);
  assert.equal(new Set(ports).size, 16);
  await Promise.all(nodes.map((node) => node.close()));
});
