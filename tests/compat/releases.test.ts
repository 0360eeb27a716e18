/**
 * Proves: what this tree says fits every release that ever ran, by the gate's own verdict; releases judge each other; the build without
 * V1 is refused after one with it; a build beside another of its version is no forgotten one. Does not prove: that objects behave as their IDLs say.
 */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { judgeSides } from '../../gate/src/judge.ts';

const repo = join(import.meta.dirname, '../..');
const TODAY = '2026-01-01';

const judge = (old: string, next: string) => judgeSides(join(repo, old), join(repo, next), { today: TODAY });

test('IDL and protobuf of this tree fit every release', async () => {
  const report = await judge('releases', '.');
  const worst = report.findings.filter(({ rule }) => rule.severity !== 'warning' && rule.severity !== 'safe');
  assert.deepEqual(
    worst.map(({ rule, path, against }) => `${rule.id} ${path} ${against}`),
    [],
  );
  assert.equal(report.verdict, 'fits');
});

test('a field out of reserved bytes is found in the staged release, and is safe', async () => {
  const { findings, verdict } = await judge('releases/settlement/0.1.0', 'releases/settlement/0.2.0');
  assert.ok(
    findings.some(({ rule, path }) => rule.id === 'LS-ZC-007' && path === 'accounts/MarketHeader/trades_skipped'),
  );
  assert.equal(verdict, 'fits');
});

test('the build without V1 does not fit one that settles it', async () => {
  const { findings, verdict } = await judge('releases/settlement/0.2.0', 'releases/settlement/0.2.0+v2-only');
  assert.deepEqual(
    findings.filter(({ rule }) => rule.severity === 'breaking').map(({ rule, path }) => `${rule.id} ${path}`),
    ['LS-WIR-006 constants/SUPPORTED_VERSIONS'],
  );
  assert.equal(verdict, 'breaks');
});

test('the object and IDL of every release are what their manifests say', async () => {
  for (const semver of ['0.1.0', '0.2.0', '0.2.0+v2-only']) {
    const { findings } = await judge('releases/settlement/0.1.0', `releases/settlement/${semver}`);
    assert.deepEqual(
      findings.filter(({ rule }) => rule.id.startsWith('LS-REL')),
      [],
    );
  }
});

test('a build of a version beside another needs no version of its own; a changed one of the same build does', async (t) => {
  const notBumped = async (old: string, next: string): Promise<boolean> =>
    (await judgeSides(old, next, { today: TODAY })).findings.some(({ rule }) => rule.id === 'LS-IDL-003');
  const release = (semver: string) => join(repo, 'releases/settlement', semver);
  assert.equal(await notBumped(release('0.2.0+v2-only'), release('0.2.0')), false);
  assert.equal(await notBumped(join(repo, 'releases'), repo), false);
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-builds-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const semver of ['0.2.0', '0.2.0+v2-only']) {
    const changed = join(folder, semver);
    cpSync(release(semver), changed, { recursive: true });
    const file = join(changed, 'idl.json');
    const idl = JSON.parse(readFileSync(file, 'utf8'));
    const constants = idl.constants.slice(1);
    writeFileSync(file, JSON.stringify({ ...idl, constants }));
    assert.equal(await notBumped(release(semver), changed), true, semver);
    assert.equal(await notBumped(release(semver), file), semver === '0.2.0', semver);
  }
});
