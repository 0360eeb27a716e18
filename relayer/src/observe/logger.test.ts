// Proves: a logged error shows type, code, message, advice, stack and causes, and nothing else; secrets in texts are blanked
// and a text of any length is cut.
// Does not prove: what Redis and its client put into their errors; tests/relayer/secrets.test.ts looks at a real one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LockstepError } from '#client';
import { createLogger } from './logger.ts';
import { secretsOf } from './secrets.ts';

function logged(err: unknown, secrets: readonly string[] = []) {
  let text = '';
  const write = (line: string) => {
    text += line;
  };
  createLogger('info', { destination: { write }, secrets }).child({ lane: 'x' }).warn({ err }, 'redis connection');
  return { text, err: JSON.parse(text).err };
}

const refused = () =>
  Object.assign(new Error('WRONGPASS'), { command: { name: 'hello', args: ['3', 'AUTH', 'default', 'S3CRET'] } });

test('what a library attaches to its error is dropped, at every level', () => {
  const { text, err } = logged(
    new LockstepError('A', 'a', 'do', { cause: new Error('b', { cause: Object.assign(refused(), { code: 7 }) }) }),
  );
  assert.ok(!text.includes('S3CRET'), text);
  assert.deepEqual(Object.keys(err), ['type', 'code', 'message', 'advice', 'stack', 'cause']);
  assert.deepEqual([err.type, err.code, err.advice], ['LockstepError', 'A', 'do']);
  assert.deepEqual(Object.keys(err.cause.cause), ['type', 'code', 'message', 'stack']);
  assert.deepEqual([err.cause.cause.code, err.cause.cause.message], [7, 'WRONGPASS']);
});

test('secrets and credentials in URLs are blanked in every text', () => {
  const cause = new Error('ERR unknown command `HELLO`, with args beginning with: `AUTH`, `S3CRET`');
  const { text, err } = logged(new Error('no redis://me:other@host/1', { cause }), ['', 'S3CRET']);
  assert.ok(!text.includes('S3CRET'), text);
  assert.ok(!text.includes('other'), text);
  assert.equal(err.message, 'no redis://***@host/***');
  assert.match(err.cause.message, /`\*\*\*`$/);
});

test('an error that is its own cause ends, and what is no error is told as text', () => {
  const error = new Error('round');
  error.cause = error;
  assert.equal(logged(error).err.cause.message, 'round');
  assert.deepEqual(logged('S3CRET text', ['S3CRET']).err, { type: 'string', message: '*** text' });
});

test('keys in paths and queries of endpoints are blanked, with the URL around them and alone', () => {
  const key = '0123456789abcdef';
  const urls = [`https://rpc.example/v2/${key}`, `wss://rpc.example/?api-key=${key}`, 'redis://h:1/0?password=pa%2Fss'];
  const { text } = logged(
    new Error(`fetch https://rpc.example/v2/${key}?x=1 failed`, {
      cause: new Error(`refused ${key} for "wss://rpc.example/?token=short" with pa/ss`),
    }),
    secretsOf(urls),
  );
  for (const secret of [key, 'short', 'pa/ss', 'x=1']) assert.ok(!text.includes(secret), text);
  assert.match(text, /fetch https:\/\/rpc\.example\/\*\*\* failed/);
});

test('a text of megabytes is cut, and what the cut splits shows no secret', () => {
  const secret = 'S3CRET'.repeat(50);
  for (const lead of [2_040, 2_048, 2_200, 2_340]) {
    for (const filler of ['x', 'x ', '://', 'http://', 'a@', '?']) {
      const start = filler.repeat(lead).slice(0, lead);
      const { text } = logged(new Error(`${start}${secret}${filler.repeat(1_000_000)}`), [secret]);
      assert.ok(!text.includes('S3C'), text.slice(0, 3_000));
      assert.match(text, /\[cut: \d+ characters\]/);
      assert.ok(text.length < 10_000, `${text.length}`);
    }
  }
  assert.ok(!logged(new Error(`${' '.repeat(2_030)} redis://me:other-than-known@host`)).text.includes('other'));
});

test('a reason that is logged is cut and blanked as well', () => {
  let text = '';
  const write = (line: string) => {
    text += line;
  };
  createLogger('info', { destination: { write }, secrets: ['S3CRET'] }).info({ reason: `S3CRET ${'x'.repeat(9_000)}` });
  assert.match(text, /\*\*\* x+ \[cut: 9007 characters\]/);
});
