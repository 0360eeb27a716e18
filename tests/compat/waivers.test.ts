/**
 * Proves: what a waiver lets pass, and each way in which one is refused; the committed file is one. Does not prove: that a reason is good.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Finding, Rule } from '../../gate/src/finding.ts';
import { finding } from '../../gate/src/finding.ts';
import { RULES } from '../../gate/src/rules/index.ts';
import { verdictOf } from '../../gate/src/verdict.ts';
import { applyWaivers, parseWaivers } from '../../gate/src/waivers.ts';

const ruleOf = (id: string): Rule => {
  const found = RULES.find((rule) => rule.id === id);
  assert.ok(found);
  return found;
};
const BREAK: Finding = finding(ruleOf('LS-IX-001'), 'instructions/close', 'it is gone');
const SILENT: Finding = finding(ruleOf('LS-ACC-005'), 'accounts/Vault/amount', 'it moved');
const WAIVER = { rule: 'LS-IX-001', path: 'instructions/close', reason: 'never called', expires: '2026-03-31' };

const read = (...waivers: readonly object[]) => parseWaivers(JSON.stringify({ waivers }));

describe('a waiver', () => {
  test('lets its rule pass at its path, until its last day', () => {
    const judged = applyWaivers([BREAK], read(WAIVER), '2026-03-31');
    assert.equal(verdictOf(judged.findings), 'fits');
    assert.equal(judged.waived.length, 1);
  });

  test('is refused from the day after', () => {
    const judged = applyWaivers([BREAK], read(WAIVER), '2026-04-01');
    assert.equal(verdictOf(judged.findings), 'breaks');
    assert.deepEqual(
      judged.refused.map(({ why }) => why),
      ['it expired on 2026-03-31'],
    );
  });

  test('holds for no other path and no other rule', () => {
    const elsewhere = { ...WAIVER, path: 'instructions/open' };
    const other = { ...WAIVER, rule: 'LS-IX-003' };
    const judged = applyWaivers([BREAK], read(elsewhere, other), '2026-01-01');
    assert.deepEqual(judged.findings, [BREAK]);
    assert.equal(judged.unused.length, 2);
  });

  test('of silent corruption is refused unless it names a migration', () => {
    const bare = { ...WAIVER, rule: 'LS-ACC-005', path: 'accounts/Vault/amount' };
    const refused = applyWaivers([SILENT], read(bare), '2026-01-01');
    assert.equal(verdictOf(refused.findings), 'breaks');
    assert.match(refused.refused[0]?.why ?? '', /migration/);
    const migrated = applyWaivers([SILENT], read({ ...bare, migration: 'migrate_vaults' }), '2026-01-01');
    assert.equal(verdictOf(migrated.findings), 'fits');
  });
});

describe('a file of waivers is refused', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['that is no JSON', 'waivers'],
    ['without a list', '{}'],
    ['with a waiver that is no object', '{"waivers": [1]}'],
    ['with a part nobody knows', JSON.stringify({ waivers: [{ ...WAIVER, until: 'ever' }] })],
    ['without a reason', JSON.stringify({ waivers: [{ ...WAIVER, reason: ' ' }] })],
    ['without an end', JSON.stringify({ waivers: [{ ...WAIVER, expires: undefined }] })],
    ['with an end that is no day', JSON.stringify({ waivers: [{ ...WAIVER, expires: '2026-02-30' }] })],
    ['for a rule that does not exist', JSON.stringify({ waivers: [{ ...WAIVER, rule: 'LS-IX-999' }] })],
    ['with an empty migration', JSON.stringify({ waivers: [{ ...WAIVER, migration: '' }] })],
  ];
  for (const [what, text] of cases) {
    test(what, () => assert.throws(() => parseWaivers(text), { code: 'GATE_WAIVERS_INVALID' }));
  }
});

test('the committed file is valid', () => {
  const file = join(import.meta.dirname, '../../ci/waivers.json');
  assert.ok(Array.isArray(parseWaivers(readFileSync(file, 'utf8'))));
});
