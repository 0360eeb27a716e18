// Proves: a key is read from a file only its owner can use, or from a named variable; anything else is refused with a code, and no
// message shows key bytes.
// Does not prove: that the key is the active relayer; the program says so.
import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Keypair } from '@solana/web3.js';
import { LockstepError } from '#client';
import { rejects } from '../../testing/refuses.ts';
import { loadSigner } from './keypair.ts';

const dir = await mkdtemp(join(tmpdir(), 'lockstep-keys-'));
after(() => rm(dir, { recursive: true, force: true }));
const keypair = Keypair.generate();
const text = JSON.stringify([...keypair.secretKey]);

async function keyFile(content: string, mode = 0o600): Promise<string> {
  const file = join(dir, `${files++}.json`);
  await writeFile(file, content);
  await chmod(file, mode);
  return file;
}
let files = 0;

test('from a private file', async () => {
  const signer = await loadSigner({ keypairFile: await keyFile(text) }, {});
  assert.deepEqual(signer.publicKey, keypair.publicKey.toBytes());
  assert.equal((await signer.sign(Uint8Array.of(1, 2, 3))).length, 64);
  assert.deepEqual(Object.keys(signer), ['publicKey', 'sign']);
});

test('from a variable', async () => {
  const signer = await loadSigner({ keypairEnv: 'KEY' }, { KEY: text });
  assert.deepEqual(signer.publicKey, keypair.publicKey.toBytes());
});

for (const mode of [0o640, 0o604, 0o660, 0o644]) {
  test(`a file of mode ${mode.toString(8)} is refused with the command that corrects it`, async () => {
    const file = await keyFile(text, mode);
    await rejects('KEYPAIR_EXPOSED', loadSigner({ keypairFile: file }, {}), new RegExp(`chmod 600 ${file}`));
  });
}

const swapped = JSON.stringify([...keypair.secretKey.slice(0, 32), ...Keypair.generate().publicKey.toBytes()]);
for (const [what, content] of [
  ['no JSON', 'secret'],
  ['too few bytes', JSON.stringify([...keypair.secretKey.slice(0, 32)])],
  ['no bytes', JSON.stringify(new Array(64).fill(256))],
  ['halves that do not belong together', swapped],
] as const) {
  test(`${what} is refused without showing it`, async () => {
    const call = loadSigner({ keypairFile: await keyFile(content) }, {});
    await rejects('KEYPAIR_UNREADABLE', call);
    const shown = await call.catch((error: unknown) => (error instanceof LockstepError ? error.message : ''));
    assert.ok(!`${shown}`.includes(content.slice(0, 6)), `${shown}`);
  });
}

test('what is not there is refused', async () => {
  await rejects('KEYPAIR_UNREADABLE', loadSigner({ keypairFile: join(dir, 'none') }, {}), /ENOENT/);
  await rejects('KEYPAIR_UNREADABLE', loadSigner({ keypairEnv: 'KEY' }, {}), /KEY is not set/);
});

test('a directory is no key file, whatever its mode, and no command is offered', async () => {
  const call = loadSigner({ keypairFile: dir }, {});
  await rejects('KEYPAIR_UNREADABLE', call, /is not a regular file$/);
});
