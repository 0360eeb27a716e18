/** Proves: docs/reference/gate.md lists every rule as the gate has it. `UPDATE=1` before the test's command writes the list. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ruleTable } from '../../gate/src/report/rule-table.ts';

const FILE = join(import.meta.dirname, '../../docs/reference/gate.md');
const MARK = '<!-- From here on written by tests/compat/reference.test.ts: never edit. -->\n';

test('the reference lists every rule', () => {
  const text = readFileSync(FILE, 'utf8');
  const [prose = ''] = text.split(MARK);
  const expected = `${prose}${MARK}\n${ruleTable()}`;
  if (process.env.UPDATE === '1') writeFileSync(FILE, expected);
  else assert.equal(text, expected, 'run it once with UPDATE=1');
});
