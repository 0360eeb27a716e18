/**
 * Proves: each rule of the gate finds what it is for, and nothing else finds it: the rule's bad pair gives that rule alone, its good
 * pair, a change or a form that does what was wanted without the harm, does not. Every rule has both, and its id for itself.
 * Does not prove: what objects do, which is a theme of its own (replay.test.ts); that layouts are judged right in all combinations; oracle.test.ts does.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { judgeSides } from '../../gate/src/judge.ts';
import { RULES } from '../../gate/src/rules/index.ts';
import { fits } from '../../gate/src/verdict.ts';

/** Rules about what objects do are not about two IDLs. */
const STATIC = RULES.filter(({ id }) => !id.startsWith('LS-RUN-'));

const FIXTURES = join(import.meta.dirname, 'fixtures');

/** What cannot happen without something else that is told too, and harms nothing: a doubt about two changes, a version of a change. */
const COMPANIONS: Readonly<Record<string, readonly string[]>> = {
  'LS-ACC-024': ['LS-ENU-005'],
  'LS-ACC-027': ['LS-ACC-013', 'LS-ACC-014'],
  'LS-ACC-028': ['LS-ACC-004'],
  'LS-ZC-008': ['LS-ZC-006'],
  'LS-ZC-014': ['LS-ZC-007', 'LS-ZC-012'],
  'LS-IX-004': ['LS-IX-005'],
  'LS-IX-017': ['LS-IX-007', 'LS-IX-012'],
  'LS-EVT-013': ['LS-EVT-012'],
  'LS-EVT-014': ['LS-EVT-004'],
  'LS-IDL-003': ['LS-CON-004'],
  'LS-IDL-005': ['LS-ERR-002'],
  'LS-WIR-009': ['LS-PRO-021'],
};

/** Each pair is `old` and `new`: two IDLs, two .proto or two folders; `sizes.json` beside them says what was allocated. */
async function findingsOf(id: string, pair: 'bad' | 'good') {
  const folder = join(FIXTURES, id, pair);
  const side = (name: 'old' | 'new'): string => {
    const file = readdirSync(folder).find((entry) => entry.replace(/\.\w+$/, '') === name);
    assert.ok(file, `${id} has no ${pair} ${name}`);
    return join(folder, file);
  };
  const sizes = join(folder, 'sizes.json');
  const circumstances = { sizes: existsSync(sizes) ? sizes : undefined, today: '2026-01-01' };
  return (await judgeSides(side('old'), side('new'), circumstances)).findings;
}

for (const { id, title, severity } of STATIC) {
  describe(`${id} ${title}`, () => {
    test('the bad pair gives this rule alone', async () => {
      const findings = await findingsOf(id, 'bad');
      const said = findings.map(({ rule, path, detail }) => `${rule.id} ${path}: ${detail}`).join('\n');
      const ids = [...new Set(findings.map(({ rule }) => rule.id))];
      assert.deepEqual(ids.sort(), [id, ...(COMPANIONS[id] ?? [])].sort(), said);
    });

    test('the good pair does not', async () => {
      const findings = await findingsOf(id, 'good');
      const ids = findings.map(({ rule }) => rule.id);
      assert.ok(!ids.includes(id), ids.join(', '));
      if (severity !== 'safe' && severity !== 'warning') assert.ok(fits(findings), ids.join(', '));
    });
  });
}

test('ids are unique, and every folder of fixtures is a rule', () => {
  const ids = RULES.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  assert.deepEqual(readdirSync(FIXTURES).sort(), STATIC.map(({ id }) => id).sort());
});
