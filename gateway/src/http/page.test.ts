// Proves: the page says what state the market is in, and nothing in it is markup that came from an operator or a relayer.
// Does not prove: how it looks.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PAGE_HEADERS, statusPage } from './page.ts';

const PLACE = { market: 'M', settlement: 'running' } as const;
const EVIL = '<script>alert("x")</script>&\'';

test('the three states', () => {
  assert.match(statusPage({ kind: 'open' }, PLACE), /Orders are taken/);
  assert.match(statusPage({ kind: 'unknown' }, PLACE), /can not be seen/);
  const resumed = { startedMs: 1, endedMs: 60_000, phase: 'ready' };
  assert.match(statusPage({ kind: 'open', resumed }, PLACE), /ended at 1970-01-01 00:01:00 UTC/);
});

test('a pause of settlement is said beside each', () => {
  for (const kind of ['open', 'unknown'] as const) {
    assert.match(statusPage({ kind }, { market: 'M', settlement: 'paused' }), /Settlement is paused on-chain/);
    for (const settlement of ['running', 'unknown'] as const) {
      assert.doesNotMatch(statusPage({ kind }, { market: 'M', settlement }), /[Ss]ettlement/);
    }
  }
});

test('what others wrote is text', () => {
  const report = { pending: { stream: 2, open: 3 }, held: 4, blocked: [{ code: EVIL, reason: EVIL }] };
  const page = statusPage(
    { kind: 'closed', phase: 'draining', reason: EVIL, startedMs: 0, deadlineMs: 60_000, report },
    { market: EVIL, settlement: 'running' },
  );
  assert.doesNotMatch(page, /<script/);
  assert.match(page, /&lt;script&gt;alert\(&quot;x&quot;\)&lt;\/script&gt;&amp;&#39;/);
  assert.match(page, /<td>5<\/td>/);
});

test('it may run no script and load nothing', () => {
  const policy = PAGE_HEADERS['content-security-policy'];
  assert.match(policy, /^default-src 'none'; style-src 'sha256-/);
  assert.doesNotMatch(policy, /unsafe|script-src/);
  assert.doesNotMatch(statusPage({ kind: 'open' }, PLACE), /<script|style="|\son\w+="/);
});
