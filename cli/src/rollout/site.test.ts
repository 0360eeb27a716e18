/**
 * Proves: a site file and a thresholds file are read with paths that are relative to the file; each mistake is refused with the
 * field's name, and a password is never quoted; the committed thresholds are readable.
 * Does not prove: that anything answers at the addresses.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { InputError } from '#feeder/input-error';
import { laneOf, readSite } from './site.ts';
import { readThresholds } from './thresholds.ts';

const folder = mkdtempSync(join(tmpdir(), 'lockstep-site-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const site = {
  ...{ rpc: 'http://127.0.0.1:8899', redis: 'redis://127.0.0.1:6390', keypair: 'admin.json', releases: 'releases' },
  program: 'D7Ftx2W6khsA39pZ7HRUx7Rht9cyqBRcdb4FUC51Z44S',
  market: 'SysvarC1ock11111111111111111111111111111111',
  relayer: { root: 'relayer', url: 'http://127.0.0.1:9100' },
  engine: { root: '/srv/engine' },
};

function file(content: unknown): string {
  const path = join(folder, 'site.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

test('paths are relative to the file', async () => {
  const read = await readSite(file(site), {});
  assert.equal(read.keypair, join(folder, 'admin.json'));
  assert.equal(read.relayer.root, join(folder, 'relayer'));
  assert.equal(read.engine.root, '/srv/engine');
  assert.equal(read.folder, folder);
  assert.equal(read.program.toBase58(), site.program);
});

test('keys in Redis are named by the lane, and by the market where no lane is named', async () => {
  assert.equal(laneOf(await readSite(file(site), {})), site.market);
  const lane = site.program;
  assert.equal(laneOf(await readSite(file({ ...site, lane }), {})), lane);
});

test('settings of relayer and gateway are found beside the file', async () => {
  const relayer = { ...site.relayer, config: 'relayer.json' };
  const read = await readSite(file({ ...site, relayer, gateway: { root: 'gateway', config: 'gateway.json' } }), {});
  assert.equal(read.relayer.config, join(folder, 'relayer.json'));
  assert.deepEqual(read.gateway, { root: join(folder, 'gateway'), config: join(folder, 'gateway.json') });
});

test('the variable for a URL with a password overrules the file', async () => {
  const read = await readSite(file({ ...site, redis: undefined }), {
    LOCKSTEP_REDIS_URL: 'redis://:secret@10.0.0.1:6379',
  });
  assert.equal(read.redis, 'redis://:secret@10.0.0.1:6379');
});

const mistakes: Record<string, readonly [unknown, RegExp]> = {
  'no JSON': ['{"redis": "redis://:secret@x"', /not valid JSON/],
  'an unknown field': [{ ...site, reddis: 1 }, /reddis/],
  'no market': [{ ...site, market: undefined }, /market/],
  'a market that is no address': [{ ...site, market: 'secret' }, /market: is no address/],
  'an RPC that is no URL': [{ ...site, rpc: 'secret' }, /rpc/],
  'a Redis of another kind': [{ ...site, redis: 'http://:secret@x' }, /redis/],
  'no Redis': [{ ...site, redis: undefined }, /redis: missing/],
  'a lane that is no address': [{ ...site, lane: 'lane' }, /lane: is no address/],
  'an empty root': [{ ...site, engine: { root: '' } }, /engine.root/],
};
for (const [name, [content, reason]] of Object.entries(mistakes)) {
  test(`refused: ${name}`, async () => {
    await assert.rejects(readSite(file(content), {}), (error) => {
      assert.ok(error instanceof InputError && error.code === 'SITE_UNREADABLE');
      assert.match(error.message, reason);
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
  });
}

test('a site file that is not there is refused', async () => {
  await assert.rejects(readSite(join(folder, 'none.json'), {}), /ENOENT/);
});

test('the committed thresholds are readable; wrong ones are refused', async () => {
  const committed = fileURLToPath(new URL('../../../releases/thresholds.json', import.meta.url));
  const thresholds = await readThresholds(committed);
  assert.equal(thresholds.revertAsV1, false);
  const wrong: readonly Partial<Record<keyof typeof thresholds | 'more', unknown>>[] = [
    { minTrades: 0 },
    { maxErrorRate: 2 },
    { windowSeconds: '60' },
    { holdSeconds: 1 },
    { more: 1 },
    { minBatches: undefined },
  ];
  for (const change of wrong) {
    await assert.rejects(readThresholds(file({ ...thresholds, ...change })), (error) => {
      return error instanceof InputError && error.code === 'THRESHOLDS_UNREADABLE';
    });
  }
  await assert.rejects(readThresholds(file('{')), /THRESHOLDS_UNREADABLE|JSON/);
});
