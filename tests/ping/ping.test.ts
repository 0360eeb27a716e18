// Proves: `lockstep ping` lands a heartbeat, also while settlement is paused and while trades settle, and says the root that is on-chain; each
// lie of a node about it (the market before and after, the transaction, its signature, its bytes, its outcome, its event, its landing) is
// named with what was expected and what was got, and ends with exit 1; a wrong key and a wrong call are refused and send nothing.
// Does not prove: what the program does with a heartbeat (tests/program/ping.test.ts).
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import type { Keypair } from '@solana/web3.js';
import { fromBase58, readMarketHeader, settlementInstructions, toBase58 } from '#client';
import type { Fault, Faults } from '#localnet';
import { trade } from '../../relayer/src/testing/trades.ts';
import { openWorld } from '../relayer/venue.ts';
import { lockstep } from '../support/lockstep.ts';
import { until } from '../support/until.ts';

type Truth = Parameters<Extract<Fault, { kind: 'lie' }>['rewrite']>[0];
/** A node's answer, as far as the lies reach into it. */
interface Told {
  readonly value: { data: [string, string] };
  readonly slot: number;
  readonly transaction: { signatures: string[]; message: { instructions: { data: string }[] } };
  readonly meta: { logMessages: string[]; err: unknown; innerInstructions: unknown[] };
}

/** Lies from the moment something was sent, or from the beginning. */
class Liar implements Faults {
  #method = '';
  #rewrite: ((told: Told) => unknown) | undefined;
  #isDue = false;
  #dropsSent = false;

  tell(method: string, rewrite: (told: Told) => unknown, { fromStart = false } = {}): void {
    [this.#method, this.#rewrite, this.#isDue] = [method, rewrite, fromStart];
  }

  dropSent(): void {
    this.#dropsSent = true;
  }

  clear(): void {
    this.#rewrite = undefined;
    this.#dropsSent = false;
  }

  faultFor({ method }: { readonly method: string }): Fault | undefined {
    if (method === 'sendTransaction') {
      this.#isDue = true;
      if (this.#dropsSent) return { kind: 'answer', result: 'A'.repeat(64) };
    }
    const rewrite = this.#rewrite;
    if (rewrite === undefined || method !== this.#method || !this.#isDue) return undefined;
    return { kind: 'lie', rewrite: (truth) => rewrite(structuredClone(truth) as unknown as Told) as Truth };
  }
}

const liar = new Liar();
beforeEach(() => liar.clear());
const world = await openWorld({ after }, { faults: liar });
const { venue, keys, chain } = world;
const dir = await mkdtemp(join(tmpdir(), 'lockstep-ping-'));
after(() => rm(dir, { recursive: true, force: true }));
const connection = chain.connection('confirmed');

function keyFile(name: string, { secretKey }: Keypair): string {
  const file = join(dir, `${name}.json`);
  writeFileSync(file, JSON.stringify([...secretKey]), { mode: 0o600 });
  return file;
}
const relayerFile = keyFile('relayer', keys.relayer);
const place = ['--rpc', chain.rpcUrl, '--program', `${venue.program}`, '--market', world.market];

async function ping(...words: string[]) {
  const { code, stdout, stderr } = await lockstep('ping', ...place, '--keypair', relayerFile, '--json', ...words);
  const lines = stdout.trim().split('\n');
  return { code, stderr, json: JSON.parse(lines.at(-1) ?? '') };
}
const header = async () => (await readMarketHeader(connection, venue.market, 'confirmed')).value;

/** What a flight that must find something found. */
async function differing(): Promise<readonly string[]> {
  const { code, json, stderr } = await ping();
  assert.equal(code, 1, stderr);
  assert.equal(json.outcome, 'differs');
  assert.match(stderr, /expected .*, got /);
  assert.match(stderr, /FLIGHT_DIFFERS/);
  return json.differences.map(({ what }: { what: string }) => what);
}

test('a heartbeat lands, and nothing else moves', async () => {
  const before = await header();
  const { code, json, stderr } = await ping();
  assert.equal(code, 0, stderr);
  const now = await header();
  assert.deepEqual(
    [json.outcome, json.kind, json.root],
    ['landed', 'ping', Buffer.from(now.tree.root).toString('hex')],
  );
  assert.equal(json.rootBefore, Buffer.from(before.tree.root).toString('hex'));
  assert.equal(now.tree.leafCount, before.tree.leafCount + 1n);
  assert.equal(now.nextSequence, before.nextSequence);
});

test('it lands while settlement is paused', async () => {
  const { setPaused } = settlementInstructions(venue.program);
  const authority = keys.operator.publicKey;
  await world.land(keys.operator, setPaused({ authority, isPaused: true }));
  assert.equal((await ping()).code, 0);
  await world.land(keys.operator, setPaused({ authority, isPaused: false }));
});

test('trades that settle around it do not disturb it', async () => {
  const relayer = await world.start();
  await world.publish(Array.from({ length: 400 }, (_, at) => trade(at + 1, { buyer: at % 4, seller: (at + 1) % 4 })));
  await until(() => relayer.status().batches > 2);
  const { code, stderr } = await ping();
  assert.equal(code, 0, stderr);
  await until(async () => (await header()).lastTradeId === 400n);
  await relayer.stop();
  assert.equal((await ping()).code, 0);
});

test('a site file says where, and whose key', async () => {
  const config = join(dir, 'relayer-settings.json');
  writeFileSync(config, JSON.stringify({ keypairFile: relayerFile }));
  const site = {
    ...{ rpc: chain.rpcUrl, program: `${venue.program}`, market: world.market, redis: 'redis://127.0.0.1:1' },
    relayer: { root: 'relayer', url: 'http://127.0.0.1:1', config },
    ...{ engine: { root: 'engine' }, releases: 'releases' },
  };
  const file = join(dir, 'site.json');
  writeFileSync(file, JSON.stringify(site));
  const { code, stderr } = await lockstep('ping', '--site', file);
  assert.equal(code, 0, stderr);
  writeFileSync(config, '{');
  const unreadable = await lockstep('ping', '--site', file);
  assert.equal(unreadable.code, 2);
  assert.match(unreadable.stderr, /SIGNER_MISSING/);
});

/** Another byte at this place, or in the middle. */
function bent(base64: string, at?: number): string {
  const bytes = Buffer.from(base64, 'base64');
  const place = at ?? Math.floor(bytes.length / 2);
  bytes[place] = (bytes[place] ?? 0) ^ 1;
  return bytes.toString('base64');
}

/** Where the root is in a market's account. */
async function rootOffset(): Promise<number> {
  const account = await connection.getAccountInfo(venue.market, 'confirmed');
  return account?.data.indexOf(Buffer.from((await header()).tree.root)) ?? -1;
}

const bendRoot = (offset: number) => (told: Told) => {
  const bytes = Buffer.from(told.value.data[0], 'base64');
  const isMarket = bytes.length > offset + 32;
  if (isMarket) told.value.data[0] = bent(told.value.data[0], offset);
  return told;
};

test('a market that is not what its transactions make of it: nothing is sent', async () => {
  liar.tell('getAccountInfo', bendRoot(await rootOffset()), { fromStart: true });
  const count = (await connection.getSignaturesForAddress(venue.market)).length;
  assert.deepEqual(await differing(), ['root before']);
  assert.equal((await connection.getSignaturesForAddress(venue.market)).length, count);
});

test('a market whose root afterwards is another', async () => {
  liar.tell('getAccountInfo', bendRoot(await rootOffset()));
  assert.deepEqual(await differing(), ['root after']);
});

test('a transaction under another signature', async () => {
  liar.tell('getTransaction', (told) => {
    const [first = ''] = told.transaction.signatures;
    told.transaction.signatures = [
      toBase58(Buffer.from(bent(Buffer.from(fromBase58(first)).toString('base64')), 'base64')),
    ];
    return told;
  });
  assert.ok((await differing()).includes('leaf in the tree'));
});

test('a transaction of other bytes', async () => {
  liar.tell('getTransaction', (told) => {
    for (const instruction of told.transaction.message.instructions) {
      const bytes = Buffer.from(fromBase58(instruction.data));
      // A heartbeat's last byte is one of its nonce.
      instruction.data = toBase58(Buffer.from(bent(bytes.toString('base64'), bytes.length - 1), 'base64'));
    }
    return told;
  });
  const found = await differing();
  assert.ok(found.includes("relayer's signature over the transaction"), `${found}`);
  assert.ok(
    found.some((what) => what.startsWith('instructions')),
    `${found}`,
  );
});

const DATA = /^Program data: (\S+)$/;
/** Changes what events say, or leaves them out; those of slots before are true. */
const events = (since: number, change: (base64: string) => string | undefined) => (told: Told) => {
  if (told.slot <= since) return told;
  told.meta.logMessages = told.meta.logMessages.flatMap((line) => {
    const base64 = DATA.exec(line)?.[1];
    if (base64 === undefined) return [line];
    const changed = change(base64);
    return changed === undefined ? [] : [`Program data: ${changed}`];
  });
  return told;
};
/** Discriminator, market, nonce, then the roots. */
const EVENT_ROOT_BEFORE = 8 + 32 + 8;

test('an event with other roots', async () => {
  const since = await connection.getSlot();
  liar.tell(
    'getTransaction',
    events(since, (base64) => bent(base64, EVENT_ROOT_BEFORE)),
  );
  assert.deepEqual(await differing(), ['HeartbeatLanded.rootBefore']);
  liar.clear();
  liar.tell(
    'getTransaction',
    events(since, (base64) => bent(base64, EVENT_ROOT_BEFORE + 32)),
  );
  assert.deepEqual(await differing(), ['HeartbeatLanded.root']);
});

test('an event that is not there', async () => {
  const since = await connection.getSlot();
  liar.tell(
    'getTransaction',
    events(since, () => undefined),
  );
  assert.deepEqual(await differing(), ['leaves after', 'root after', 'leaf in the tree']);
});

test('an outcome that is an error', async () => {
  liar.tell('getTransaction', (told) => {
    told.meta.err = { InstructionError: [0, { Custom: 6000 }] };
    return told;
  });
  assert.deepEqual(await differing(), ['outcome']);
});

test('a landing that never was', async () => {
  liar.dropSent();
  liar.tell('getSignatureStatuses', (told) => ({
    ...told,
    value: [{ slot: 1, confirmations: null, err: null, status: { Ok: null }, confirmationStatus: 'confirmed' }],
  }));
  assert.deepEqual(await differing(), ['leaf in the tree']);
});

test('a node that shows an old market for ever', async () => {
  const old = await connection.getSlot();
  liar.tell('getAccountInfo', (told) => ({ ...told, context: { slot: old - 10, apiVersion: '2' } }));
  const { code, json } = await ping();
  assert.equal(code, 1);
  assert.equal(json.error.code, 'FLIGHT_UNSEEN');
});

test('another key than the active relayer’s is refused, and sends nothing', async () => {
  const { code, stdout } = await lockstep(
    ...['ping', ...place, '--keypair', keyFile('operator', keys.operator), '--json'],
  );
  assert.equal(code, 1);
  assert.equal(JSON.parse(stdout).error.code, 'NotActiveRelayer');
});

test('a call without a market, or without a key, is wrong use', async () => {
  const noMarket = await lockstep('ping', '--rpc', chain.rpcUrl, '--keypair', relayerFile);
  assert.deepEqual([noMarket.code, /OPTION_MISSING/.test(noMarket.stderr)], [2, true]);
  const noKey = await lockstep('ping', ...place);
  assert.deepEqual([noKey.code, /SIGNER_MISSING/.test(noKey.stderr)], [2, true]);
});
