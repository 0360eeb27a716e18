/**
 * Proves: every release in the tree is whole and its manifest tells the truth about its files; environments.json names releases
 * that exist. Does not prove: that the source builds the object; `npm run -s build:program -- --check` does.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

const repo = join(import.meta.dirname, '../..');
const releases = join(repo, 'releases');
const PROGRAM = 'settlement';
const BYTES_MAX = 205_000;

interface Manifest {
  name: string;
  semver: string;
  sha256: string;
  bytes: number;
  idlSha256: string;
  batchVersions: number[];
  toolchain: Record<'rust' | 'llvm' | 'linker' | 'anchor', string>;
}

const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');
const manifestOf = (semver: string): Manifest =>
  JSON.parse(readFileSync(join(releases, PROGRAM, semver, 'manifest.json'), 'utf8')) as Manifest;

const semvers = readdirSync(join(releases, PROGRAM));

for (const semver of semvers) {
  describe(`release ${PROGRAM} ${semver}`, () => {
    const manifest = manifestOf(semver);
    const object = readFileSync(join(releases, PROGRAM, semver, `${PROGRAM}.so`));
    const idl = readFileSync(join(releases, PROGRAM, semver, 'idl.json'));

    test('is named as its folder', () => {
      assert.deepEqual([manifest.name, manifest.semver], [PROGRAM, semver]);
    });

    test('has the object and the IDL its manifest states', () => {
      assert.deepEqual(
        [manifest.sha256, manifest.bytes, manifest.idlSha256],
        [sha256(object), object.length, sha256(idl)],
      );
    });

    test('has an object the loader can take, of at most 205 kB', () => {
      assert.equal(object.subarray(0, 4).toString('latin1'), '\x7fELF');
      assert.ok(object.length <= BYTES_MAX, `${object.length} bytes`);
    });

    test('says the batch versions its IDL supports', () => {
      const { constants } = JSON.parse(idl.toString('utf8')) as { constants: { name: string; value: string }[] };
      const mask = Number(constants.find(({ name }) => name === 'SUPPORTED_VERSIONS')?.value);
      assert.equal(
        manifest.batchVersions.reduce((bits, version) => bits | (1 << (version - 1)), 0),
        mask,
      );
      assert.ok(manifest.batchVersions.length > 0);
    });

    test('names its toolchain in full', () => {
      for (const key of ['rust', 'llvm', 'linker', 'anchor'] as const)
        assert.match(manifest.toolchain[key], /\d+\.\d+/, key);
    });
  });
}

describe('environments.json', () => {
  const environments = JSON.parse(readFileSync(join(releases, 'environments.json'), 'utf8')) as Record<
    string,
    Record<string, string>
  >;

  test('names deployed and staged releases that exist', () => {
    assert.deepEqual(Object.keys(environments), ['deployed', 'staged']);
    for (const [environment, programs] of Object.entries(environments)) {
      assert.ok(semvers.includes(programs[PROGRAM] ?? ''), `${environment}: ${programs[PROGRAM]}`);
    }
  });

  test('stages the release of the committed IDL', () => {
    const staged = manifestOf(environments.staged?.[PROGRAM] ?? '');
    assert.equal(staged.idlSha256, sha256(readFileSync(join(repo, 'idl', `${PROGRAM}.json`))));
  });
});
