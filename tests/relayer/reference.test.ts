// Proves: docs/reference/relayer.md lists every setting, metric, error code and key as the code has them.
// Does not prove: its prose. Refresh the two tables with `UPDATE_REFERENCE=1 node --import tsx --test tests/relayer/reference.test.ts`.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { generationKey, laneKeys, tradeStreamKey } from '../../relayer/src/adapters/redis/keys.ts';
import { ERROR_ADVICE } from '../../relayer/src/errors.ts';
import { metricsTable, settingsTable } from '../../relayer/src/reference.ts';
import { section } from '../support/reference.ts';

const PAGE = new URL('../../docs/reference/relayer.md', import.meta.url);

test('settings', () => section(PAGE, 'settings', settingsTable()));
test('metrics', () => section(PAGE, 'metrics', metricsTable()));

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
