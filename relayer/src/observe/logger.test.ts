// Proves: a logged error shows type, code, message, advice, stack and causes, and nothing else; secrets in texts are blanked.
// Does not prove: what Redis and its client put into their errors; tests/relayer/secrets.test.ts looks at a real one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LockstepError } from '#client';
import { createLogger } from './logger.ts';

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
  assert.equal(err.message, 'no redis://***@host/1');
  assert.match(err.cause.message, /`\*\*\*`$/);
});

test('an error that is its own cause ends, and what is no error is told as text', () => {
  const error = new Error('round');
  error.cause = error;
  assert.equal(logged(error).err.cause.message, 'round');
  assert.deepEqual(logged('S3CRET text', ['S3CRET']).err, { type: 'string', message: '*** text' });
});
