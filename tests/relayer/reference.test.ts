// Proves: docs/reference/relayer.md lists every setting, metric, error code and key as the code has them.
// Does not prove: its prose. Refresh the two tables with `UPDATE_REFERENCE=1 node --import tsx --test tests/relayer/reference.test.ts`.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { generationKey, laneKeys, tradeStreamKey } from '../../relayer/src/adapters/redis/keys.ts';
import { ERROR_ADVICE } from '../../relayer/src/errors.ts';
import { metricsTable, settingsTable } from '../../relayer/src/reference.ts';

const PAGE = new URL('../../docs/reference/relayer.md', import.meta.url);

function section(name: string, table: string): void {
  const page = readFileSync(PAGE, 'utf8');
  const [begin, end] = [`<!-- ${name} -->\n`, `\n<!-- /${name} -->`];
  const [from, to] = [page.indexOf(begin) + begin.length, page.indexOf(end)];
  assert.ok(from >= begin.length && to >= from, `the page has no section ${name}`);
  if (process.env.UPDATE_REFERENCE === '1') writeFileSync(PAGE, page.slice(0, from) + table + page.slice(to));
  else assert.equal(page.slice(from, to), table);
}

test('settings', () => section('settings', settingsTable()));
test('metrics', () => section('metrics', metricsTable()));

test('error codes', () => {
  const page = readFileSync(PAGE, 'utf8');
  const listed = [...page.matchAll(/^\| `([A-Z][A-Z0-9_]+)` \|/gm)].map((match) => match[1]);
  assert.deepEqual(listed.sort(), Object.keys(ERROR_ADVICE).sort());
});

test('keys', () => {
  const page = readFileSync(PAGE, 'utf8');
  const { queue, ...keys } = laneKeys('<market>');
  const all = [
    ...Object.values(keys),
    `${queue.prefix}:${queue.name}:*`,
    generationKey('<market>'),
    tradeStreamKey('<market>', '<gen>'),
  ];
  for (const key of all) assert.ok(page.includes(`| \`${key}\` |`), key);
});
