/**
 * Proves: every old release counts, not only the last; each finding says against which; several programs are matched by name.
 * Does not prove: single rules; rules.test.ts does.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { judgeSides } from '../../gate/src/judge.ts';

const root = mkdtempSync(join(tmpdir(), 'lockstep-gate-'));
after(() => rmSync(root, { recursive: true, force: true }));

const idl = (version: string, fields: readonly object[], name = 'vaults') =>
  JSON.stringify({
    address: '11111111111111111111111111111111',
    metadata: { name, version, spec: '0.1.0' },
    instructions: [],
    accounts: [{ name: 'Vault', discriminator: [1, 2, 3, 4, 5, 6, 7, 8] }],
    types: [{ name: 'Vault', type: { kind: 'struct', fields } }],
  });

const AMOUNT = { name: 'amount', type: 'u64' };
const SPARE = (bytes: number) => ({ name: 'reserved', type: { array: ['u8', bytes] } });

function release(semver: string, fields: readonly object[]): void {
  const folder = join(root, 'releases', 'vaults', semver);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'idl.json'), idl(semver, fields));
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ name: 'vaults', semver, batchVersions: [1] }));
}

function file(name: string, text: string): string {
  const path = join(root, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return path;
}

describe('releases', () => {
  // 0.1.0 had a limit; 0.2.0 gave its bytes back; the candidate takes them for something else of another type.
  release('0.1.0', [AMOUNT, { name: 'limit', type: 'u64' }, SPARE(8)]);
  release('0.2.0', [AMOUNT, SPARE(16)]);
  const next = file('next.json', idl('0.3.0', [AMOUNT, { name: 'rate', type: 'f64' }, SPARE(8)]));

  test('a step that fits the last release is refused for what an older one left behind', async () => {
    const last = await judgeSides(join(root, 'releases/vaults/0.2.0'), next, { today: '2026-01-01' });
    assert.equal(last.verdict, 'fits');
    const all = await judgeSides(join(root, 'releases'), next, { today: '2026-01-01' });
    assert.equal(all.verdict, 'breaks');
    const silent = all.findings.filter(({ rule }) => rule.severity === 'silent');
    assert.deepEqual(
      silent.map(({ rule, against }) => `${rule.id} ${against}`),
      ['LS-ACC-018 vaults 0.1.0'],
    );
  });
});

test('of several programs those of one name are compared', async () => {
  const one = [AMOUNT];
  const two = [{ name: 'owner', type: 'pubkey' }];
  file('old/one.json', idl('0.1.0', one, 'one'));
  file('old/two.json', idl('0.1.0', two, 'two'));
  file('new/one.json', idl('0.1.0', one, 'one'));
  file('new/two.json', idl('0.1.0', two, 'two'));
  const report = await judgeSides(join(root, 'old'), join(root, 'new'), { today: '2026-01-01' });
  assert.deepEqual(report.findings, []);
});
