// Proves: against a real Redis that wants a password, `lockstep relayer`'s log never shows the one it was given, whether it is refused
// at the start or later.
// Does not prove: every error a library may throw; relayer/src/observe/logger.test.ts proves what is kept of them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Redis } from 'ioredis';
import { connectRedis } from '../../relayer/src/adapters/redis/connect.ts';
import { createLogger } from '../../relayer/src/observe/logger.ts';
import { secretsOf } from '../../relayer/src/observe/secrets.ts';
import { rejects } from '../../relayer/src/testing/refuses.ts';
import { until } from '../support/until.ts';
import { redisForThisFile } from './support.ts';

const SECRET = 'S3CRET/p@ss';
const { url } = await redisForThisFile();
const withPassword = (password: string) => url.replace('redis://', `redis://:${encodeURIComponent(password)}@`);

/** A logger at the default level, and what it has written. */
function log(redisUrl: string) {
  let text = '';
  const write = (line: string) => {
    text += line;
  };
  return { logger: createLogger('info', { destination: { write }, secrets: secretsOf([redisUrl]) }), text: () => text };
}

const hidden = (text: string) => {
  for (const form of [SECRET, encodeURIComponent(SECRET), 'S3CRET']) assert.ok(!text.includes(form), text);
};

test('a refused password is in no log line and in no message', async (t) => {
  const admin = new Redis(url);
  t.after(() => admin.disconnect());
  await admin.config('SET', 'requirepass', 'right');

  const { logger, text } = log(withPassword(SECRET));
  const connecting = connectRedis(withPassword(SECRET), 'patient', logger);
  await rejects('REDIS_UNREACHABLE', connecting, /^redis at redis:\/\/127\.0\.0\.1:\d+ does not answer$/);
  await connecting.catch((err) => logger.error({ err }, 'halted'));
  assert.match(text(), /WRONGPASS/);
  hidden(text());
});

test('a password that stops being right later is in no log line either', async (t) => {
  const admin = new Redis(withPassword('right'));
  t.after(() => admin.disconnect());
  await admin.config('SET', 'requirepass', SECRET);
  const { logger, text } = log(withPassword(SECRET));
  const redis = await connectRedis(withPassword(SECRET), 'patient', logger);
  t.after(() => redis.disconnect());
  await admin.config('SET', 'requirepass', 'another');
  await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  await until(() => text().includes('WRONGPASS'));
  hidden(text());
});
