/**
 * Proves: a side that lost its IDLs, its .proto or one of its programs does not pass, whichever way it is named; sides with nothing in
 * common are refused; a single file is judged alone, and what was left aside is said; packages of other components need neither.
 * Does not prove: what the files that are there say; the other tests do.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { judgeSides } from '../../gate/src/judge.ts';

const root = mkdtempSync(join(tmpdir(), 'lockstep-gate-'));
after(() => rmSync(root, { recursive: true, force: true }));

const repo = join(import.meta.dirname, '../..');
const idl = (name: string) =>
  JSON.stringify({ address: '', metadata: { name, version: '0.1.0', spec: '0.1.0' }, instructions: [] });
const PROTO = 'syntax = "proto3"; package fix; message Note { uint64 id = 1; }';

/** A folder with these files, by their text. */
function folder(name: string, files: Readonly<Record<string, string>>): string {
  for (const [file, text] of Object.entries(files)) {
    const path = join(root, name, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return join(root, name);
}

const manifest = (name: string, versions: object) => JSON.stringify({ name, semver: '0.1.0', ...versions });
const [SETTLES, SPEAKS] = [{ batchVersions: [1] }, { speaks: [1] }];
const both = folder('both', { 'one.json': idl('one'), 'note.proto': PROTO });
const twoPrograms = folder('two', { 'one.json': idl('one'), 'two.json': idl('two') });
const idls = folder('idls', { 'one.json': idl('one') });
const protos = folder('protos', { 'note.proto': PROTO });

async function judged(old: string, next: string) {
  const { verdict, findings } = await judgeSides(old, next, { today: '2026-01-01' });
  return [verdict, ...findings.map(({ rule, path }) => `${rule.id} ${path}`)];
}

describe('a side that lost', () => {
  test('its IDLs breaks', async () => assert.deepEqual(await judged(both, protos), ['breaks', 'LS-WIR-012 sides/idl']));
  test('its .proto breaks', async () =>
    assert.deepEqual(await judged(both, idls), ['breaks', 'LS-WIR-012 sides/proto']));
  test('one of two programs breaks', async () =>
    assert.deepEqual(await judged(twoPrograms, idls), ['breaks', 'LS-WIR-012 sides/idl/two']));
  test('its IDL, as a release of the same component, breaks', async () => {
    const old = folder('released', { 'manifest.json': manifest('one', SETTLES), 'idl.json': idl('one') });
    const next = folder('emptied', { 'manifest.json': manifest('one', SETTLES) });
    assert.deepEqual(await judged(old, next), ['breaks', 'LS-WIR-012 sides/idl']);
  });
  test('its IDL, as the release of a program of another name, breaks', async () => {
    const old = folder('program', { 'manifest.json': manifest('one', SETTLES), 'idl.json': idl('one') });
    const next = folder('renamed', { 'manifest.json': manifest('other', { ...SETTLES, ...SPEAKS }) });
    assert.deepEqual(await judged(old, next), ['breaks', 'LS-WIR-012 sides/idl']);
  });
  test('the IDL of every release, with the .proto left, breaks', async () => {
    for (const old of ['releases', 'releases/settlement']) {
      const [verdict, ...findings] = await judged(join(repo, old), join(repo, 'proto'));
      assert.equal(verdict, 'breaks');
      assert.ok(findings.includes('LS-WIR-012 sides/idl'), findings.join(', '));
    }
  });
  test('nothing passes', async () => assert.deepEqual(await judged(both, both), ['fits']));
});

describe('sides with nothing in common are refused', () => {
  const cases: readonly (readonly [string, string])[] = [
    [idls, protos],
    [protos, idls],
    [join(idls, 'one.json'), join(protos, 'note.proto')],
    [join(repo, 'idl'), join(repo, 'proto')],
  ];
  for (const [old, next] of cases) {
    test(`${old.replace(root, '')} and ${next.replace(root, '')}`, async () => {
      await assert.rejects(judged(old, next), { code: 'GATE_SIDES_DIFFER' });
    });
  }
});

describe('what needs no IDL or .proto', () => {
  test('a file that was named itself: the rest is said to be left aside', async () => {
    assert.deepEqual(await judged(both, join(idls, 'one.json')), ['fits', 'LS-WIR-013 sides/proto']);
    assert.deepEqual(await judged(both, join(protos, 'note.proto')), ['fits', 'LS-WIR-013 sides/idl']);
  });
  test('a package of another component', async () => {
    const old = folder('whole', {
      'manifest.json': manifest('one', SETTLES),
      'idl.json': idl('one'),
      'note.proto': PROTO,
    });
    const next = folder('feeder', { 'manifest.json': manifest('feeder', SPEAKS) });
    assert.deepEqual(await judged(old, next), ['fits']);
  });
});
