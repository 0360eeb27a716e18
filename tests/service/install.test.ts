// Proves: a package is installed as a whole and once; one that is not what its manifest says is refused and leaves nothing; another one
// of the same version is refused.
// Does not prove: the released packages themselves (tests/build/packages.test.ts).
import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { install, installedFolder, wantedRelease } from '../../cli/src/service/root.ts';
import { lockstep } from '../support/lockstep.ts';
import { makeRelease, openRoot } from './setup.ts';

test('a release is unpacked with its manifest, once, also by many at once', async (t) => {
  const { dir, releaseFolder } = await openRoot(t);
  assert.deepEqual(readdirSync(installedFolder(dir, '1.0.0')).sort(), ['main.mjs', 'manifest.json']);
  makeRelease(releaseFolder('3.0.0'), '3.0.0');
  const manifests = await Promise.all([1, 2, 3].map(() => install(dir, releaseFolder('3.0.0'))));
  assert.deepEqual(new Set(manifests.map(({ semver }) => semver)), new Set(['3.0.0']));
  assert.deepEqual(readdirSync(join(dir, 'releases')).sort(), ['1.0.0', '2.0.0', '3.0.0']);
});

const spoilt: Readonly<Record<string, readonly [code: string, (folder: string) => void]>> = {
  'a byte more': ['RELEASE_ALTERED', (folder) => appendFileSync(join(folder, 'lockstep-relayer-3.0.0.tgz'), 'x')],
  'a byte changed': [
    'RELEASE_ALTERED',
    (folder) => {
      const file = join(folder, 'lockstep-relayer-3.0.0.tgz');
      const bytes = readFileSync(file);
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
      writeFileSync(file, bytes);
    },
  ],
  'a manifest that is none': [
    'RELEASE_ALTERED',
    (folder) => writeFileSync(join(folder, 'manifest.json'), '{"name":"relayer"}'),
  ],
  'a manifest of another folder': [
    'RELEASE_ALTERED',
    (folder) => {
      const file = join(folder, 'manifest.json');
      writeFileSync(file, readFileSync(file, 'utf8').replace('"3.0.0"', '"../../3.0.0"'));
    },
  ],
  'no package': ['RELEASE_MISSING', (folder) => rmSync(join(folder, 'lockstep-relayer-3.0.0.tgz'))],
  'no manifest': ['RELEASE_MISSING', (folder) => rmSync(join(folder, 'manifest.json'))],
};
for (const [what, [code, spoil]] of Object.entries(spoilt)) {
  test(`${what} is ${code}, and nothing is installed`, async (t) => {
    const { dir, releaseFolder } = await openRoot(t);
    makeRelease(releaseFolder('3.0.0'), '3.0.0');
    spoil(releaseFolder('3.0.0'));
    await assert.rejects(install(dir, releaseFolder('3.0.0')), { code });
    assert.deepEqual(readdirSync(join(dir, 'releases')).sort(), ['1.0.0', '2.0.0']);
  });
}

test('another package of an installed version is refused, and what tar cannot read', async (t) => {
  const { dir, releaseFolder } = await openRoot(t);
  makeRelease(join(releaseFolder('1.0.0'), 'other'), '1.0.0', 'process.exit(0);');
  await assert.rejects(install(dir, join(releaseFolder('1.0.0'), 'other')), { code: 'RELEASE_DIFFERS' });
  rmSync(installedFolder(dir, '1.0.0'), { recursive: true });
  await install(dir, join(releaseFolder('1.0.0'), 'other'));
});

test('the command installs and says what is wanted, or refuses and changes nothing', async (t) => {
  const { dir, releaseFolder } = await openRoot(t);
  makeRelease(releaseFolder('3.0.0'), '3.0.0');
  const done = await lockstep('service', '--root', dir, '--install', releaseFolder('3.0.0'), '--want', '3.0.0');
  assert.equal(done.code, 0);
  assert.match(done.stdout, /^installed relayer 3\.0\.0, sha256 [0-9a-f]{64}\nwanted: 3\.0\.0\n$/);
  assert.equal(await wantedRelease(dir), '3.0.0');
  for (const [option, value, code] of [
    ['--want', '9.9.9', 'RELEASE_UNKNOWN'],
    ['--want', '../1.0.0', 'WANTED_INVALID'],
    ['--install', releaseFolder('9.9.9'), 'RELEASE_MISSING'],
  ] as const) {
    const refused = await lockstep('service', '--root', dir, option, value);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, new RegExp(code));
  }
  assert.equal(await wantedRelease(dir), '3.0.0');
});
