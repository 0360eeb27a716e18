// Proves: settings come from a file and the environment, the latter first; every wrong one is named with its code and without its
// value; defaults are the documented ones.
// Does not prove: docs/reference/relayer.md; tests/relayer/reference.test.ts does.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fieldDoc, loadRelayerConfig, parseRelayerConfig, relayerConfigSchema } from './config.ts';
import { refuses, rejects } from './testing/refuses.ts';

const ADDRESS = 'So11111111111111111111111111111111111111112';
const least = {
  rpcUrl: 'http://127.0.0.1:8899',
  redisUrl: 'redis://127.0.0.1:6379',
  programId: ADDRESS,
  market: ADDRESS,
  keypairEnv: 'KEY',
};
const dir = await mkdtemp(join(tmpdir(), 'lockstep-config-'));
after(() => rm(dir, { recursive: true, force: true }));
async function file(content: string): Promise<string> {
  const path = join(dir, `${files++}.json`);
  await writeFile(path, content);
  return path;
}
let files = 0;

test('five settings are enough', () => {
  const config = parseRelayerConfig(least);
  assert.equal(config.commitment, 'confirmed');
  assert.equal(config.maxBatchAgeMs, 200);
  assert.equal(config.websocket, true);
});

for (const name of ['rpcUrl', 'redisUrl', 'programId', 'market'] as const) {
  test(`${name} is needed`, () => {
    refuses(
      'CONFIG_INVALID',
      () => parseRelayerConfig({ ...least, [name]: undefined }),
      new RegExp(`^${name} is required$`),
    );
  });
}

for (const [field, value] of [
  ['rpcUrl', 'ftp://secret@host'],
  ['rpcUrl', 'http://user:secret@host'],
  ['rpcUrl', 'https://secret@host'],
  ['websocketUrl', 'wss://:secret@host'],
  ['rpcUrl', 'nowhere'],
  ['redisUrl', 'http://user:secret@host'],
  ['market', 'secret'],
  ['market', `${ADDRESS}1`],
  ['commitment', 'max'],
  ['statusPollMs', 501],
  ['statusPollMs', '1e3'],
  ['maxBatchTrades', 0],
  ['maxBatchTrades', 1.5],
  ['maxBatchAgeMs', -1],
  ['leaseMs', null],
  ['leaseMs', true],
  ['websocket', 'perhaps'],
  ['unknown', 1],
] as const) {
  test(`${field}: ${value} is refused by name`, () => {
    refuses('CONFIG_INVALID', () => parseRelayerConfig({ ...least, [field]: value }), new RegExp(field));
    assert.throws(
      () => parseRelayerConfig({ ...least, [field]: value }),
      (error) => error instanceof Error && !error.message.includes('secret'),
    );
  });
}

test('exactly one key source', () => {
  refuses('CONFIG_INVALID', () => parseRelayerConfig({ ...least, keypairFile: 'f' }), /either/);
  refuses('CONFIG_INVALID', () => parseRelayerConfig({ ...least, keypairEnv: undefined }), /either/);
});

test('the environment overrules the file', async () => {
  const path = await file(JSON.stringify({ ...least, maxBatchAgeMs: 50, leaseMs: 900 }));
  const config = await loadRelayerConfig(path, { LOCKSTEP_LEASE_MS: '1000', LOCKSTEP_WEBSOCKET: 'false', OTHER: 'x' });
  assert.equal(config.maxBatchAgeMs, 50);
  assert.equal(config.leaseMs, 1_000);
  assert.equal(config.websocket, false);
});

test('the environment alone is enough', async () => {
  const config = await loadRelayerConfig(undefined, {
    LOCKSTEP_RPC_URL: least.rpcUrl,
    LOCKSTEP_REDIS_URL: least.redisUrl,
    LOCKSTEP_PROGRAM_ID: ADDRESS,
    LOCKSTEP_MARKET: ADDRESS,
    LOCKSTEP_KEYPAIR_FILE: 'key.json',
  });
  assert.equal(config.keypairFile, 'key.json');
});

test('a file that is no settings is refused', async () => {
  await rejects('CONFIG_INVALID', loadRelayerConfig(join(dir, 'none.json'), {}), /no file .*none\.json/);
  await rejects('CONFIG_INVALID', loadRelayerConfig(await file('{'), {}), /JSON/);
  await rejects('CONFIG_INVALID', loadRelayerConfig(await file('[]'), {}), /not a JSON object/);
});

test('every setting says what it is, its unit and its variable, each variable once', () => {
  const names = Object.keys(relayerConfigSchema.shape) as (keyof typeof relayerConfigSchema.shape)[];
  for (const name of names) {
    assert.notEqual(relayerConfigSchema.shape[name].description ?? '', '');
    assert.notEqual(fieldDoc(name).unit, '');
  }
  assert.equal(new Set(names.map((name) => fieldDoc(name).env)).size, names.length);
});

test('a path with a NUL is refused as a setting', () => {
  const config = { ...least, keypairEnv: undefined, keypairFile: 'a\0b' };
  refuses('CONFIG_INVALID', () => parseRelayerConfig(config), /^keypairFile: holds a NUL/);
});
