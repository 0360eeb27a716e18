// Proves: docs/reference/gateway.md lists every setting, refusal, metric and key as the code has them, and shows the client of the example.
// Does not prove: its prose. Refresh the tables with `UPDATE_REFERENCE=1 node --import tsx --test tests/gateway/reference.test.ts`.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gatewayKeys } from '../../gateway/src/adapters/redis/keys.ts';
import { metricsTable, refusalsTable, settingsTable } from '../../gateway/src/reference.ts';
import { section } from '../support/reference.ts';

const PAGE = new URL('../../docs/reference/gateway.md', import.meta.url);

test('settings', () => section(PAGE, 'settings', settingsTable()));
test('refusals', () => section(PAGE, 'refusals', refusalsTable()));
test('client', () => {
  const file = readFileSync(new URL('../../examples/gateway-client/client.ts', import.meta.url), 'utf8');
  section(PAGE, 'client', `\`\`\`ts\n${file}\`\`\``);
});
test('metrics', () => section(PAGE, 'metrics', metricsTable()));

test('keys', () => {
  const page = readFileSync(PAGE, 'utf8');
  const { nonce, order, ...keys } = gatewayKeys('<lane>');
  const all = [...Object.values(keys), nonce('<owner>', '<nonce>'), order('<uuid>')];
  for (const key of all) assert.ok(page.includes(`| \`${key}\` |`), key);
});
