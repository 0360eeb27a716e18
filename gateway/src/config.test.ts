// Proves: four settings are enough; wrong ones are named, without their values; a list comes as one text from the environment.
// Does not prove: files and precedence, which all settings share (relayer/src/config.test.ts).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LockstepError } from '#client';
import { loadGatewayConfig, parseGatewayConfig } from './config.ts';

const ADDRESS = 'So11111111111111111111111111111111111111112';
const least = {
  rpcUrl: 'http://127.0.0.1:8899',
  redisUrl: 'redis://127.0.0.1:6379',
  programId: ADDRESS,
  market: ADDRESS,
};

const invalid = (message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof LockstepError);
  assert.equal(error.code, 'CONFIG_INVALID');
  assert.match(error.message, message);
  assert.doesNotMatch(error.message, /secret/);
  return true;
};

test('four settings are enough', () => {
  const config = parseGatewayConfig(least);
  assert.deepEqual([config.host, config.port, config.maxExpiryMs], ['127.0.0.1', 8_080, 30_000]);
});

for (const [name, value] of [
  ['rpcUrl', 'http://me:secret@host'],
  ['redisUrl', 'http://secret'],
  ['market', 'secret'],
  ['lane', 'secret'],
  ['port', 65_536],
  ['allowedOrigins', ['https://trade.example/secret']],
  ['allowedOrigins', ['*']],
  ['trustedProxies', ['secret']],
  ['maxExpiryMs', 600_001],
  ['other', 1],
] as const) {
  test(`${name} ${JSON.stringify(value)} is refused`, () => {
    assert.throws(
      () => parseGatewayConfig({ ...least, [name]: value }),
      invalid(name === 'other' ? /config/ : new RegExp(`^${name}`)),
    );
  });
}

test('lists come with commas from the environment', async () => {
  const env = {
    LOCKSTEP_RPC_URL: least.rpcUrl,
    LOCKSTEP_REDIS_URL: least.redisUrl,
    LOCKSTEP_PROGRAM_ID: ADDRESS,
    LOCKSTEP_MARKET: ADDRESS,
    LOCKSTEP_ALLOWED_ORIGINS: 'https://a.example, https://b.example',
    LOCKSTEP_GATEWAY_PORT: '0',
  };
  const config = await loadGatewayConfig(undefined, env);
  assert.deepEqual(config.allowedOrigins, ['https://a.example', 'https://b.example']);
  assert.equal(config.port, 0);
  assert.throws(() => parseGatewayConfig({}), invalid(/^rpcUrl is required; redisUrl is required/));
});
