// Proves: which contents of control:<market> are requests, which are refused under their id, and which can only be passed over.
// Does not prove: that an engine obeys them (tests/engine-contract).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readWishes, WISH_FIELDS } from './wishes.ts';

test('nothing there wishes nothing', () => assert.deepEqual(readWishes({}), { ignored: '' }));

test('each kind of request', () => {
  const wishes = readWishes({
    v: '1',
    mode: 'pause',
    mode_request: 'a',
    emit: '2',
    emit_request: 'b',
    replay_from: '18446744073709551615',
    replay_request: 'c',
    retry_id: '17',
    retry_request: 'd',
  });
  assert.deepEqual(wishes, {
    mode: { request: 'a', wanted: 'pause' },
    emit: { request: 'b', wanted: '2' },
    replay: { request: 'c', wanted: 2n ** 64n - 1n },
    retry: { request: 'd', wanted: 17n },
    ignored: '',
  });
});

test('a value that makes no sense, or is missing, is refused under its id', () => {
  const wishes = readWishes({ v: '1', mode: 'halt', mode_request: 'a', replay_request: 'b' });
  assert.deepEqual(wishes.mode, { request: 'a', refused: 'mode is "halt", neither run nor pause' });
  assert.deepEqual(wishes.replay, { request: 'b', refused: 'replay_from is missing' });
  assert.equal(wishes.ignored, '');
});

test('without a usable id, or of another version, it is named and not obeyed', () => {
  assert.deepEqual(readWishes({ v: '1', mode: 'pause' }).mode, undefined);
  assert.match(readWishes({ v: '1', mode: 'pause' }).ignored, /mode_request is missing/);
  assert.match(readWishes({ v: '1', mode: 'pause', mode_request: 'x'.repeat(65) }).ignored, /mode_request is "x+"/);
  assert.deepEqual(readWishes({ v: '2', mode: 'pause', mode_request: 'a' }), {
    ignored: 'v is "2"; this engine reads version 1',
  });
});

test('one bad request takes no other with it', () => {
  const wishes = readWishes({ v: '1', mode: 'pause', mode_request: '', emit: '1', emit_request: 'b' });
  assert.deepEqual(wishes.emit, { request: 'b', wanted: '1' });
  assert.notEqual(wishes.ignored, '');
});

test('whatever is written there, it is read, and what is said of it stays short', () => {
  const content = fc.record(Object.fromEntries(WISH_FIELDS.map((name) => [name, fc.option(fc.string())])));
  fc.assert(
    fc.property(content, fc.boolean(), (fields, isOurs) => {
      const { mode, emit, replay, retry, ignored } = readWishes(isOurs ? { ...fields, v: '1' } : fields);
      assert.ok(ignored.length < 1_000);
      for (const asked of [mode, emit, replay, retry])
        if (asked !== undefined) assert.match(asked.request, /^[\w.:-]{1,64}$/);
    }),
  );
});
