import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Keypair } from '@solana/web3.js';

export const EXIT_SCRIPT = fileURLToPath(new URL('../../examples/exit-without-us/exit.mjs', import.meta.url));

export interface Ran {
  /** Null when it was killed. */
  readonly code: number | null;
  /** The object it printed with --json; empty without. */
  readonly result: Readonly<Record<string, unknown>>;
  readonly stderr: string;
}

/** Runs a command beside the script; one that has said `killAt` is ended there. */
export async function run(
  command: string,
  words: readonly string[],
  env: NodeJS.ProcessEnv = {},
  killAt?: RegExp,
): Promise<Ran> {
  const child = spawn(command, words, { cwd: dirname(EXIT_SCRIPT), env: { ...process.env, ...env } });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (piece: Buffer) => {
      texts[name] += piece.toString();
      if (killAt?.test(texts[name])) child.kill('SIGKILL');
    });
  }
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, result: texts.stdout.startsWith('{') ? JSON.parse(texts.stdout) : {}, stderr: texts.stderr };
}

/** A key in a file as the script wants it. */
export async function keyFile(dir: string, key: Keypair): Promise<string> {
  const file = join(dir, `${key.publicKey}.json`);
  await writeFile(file, JSON.stringify([...key.secretKey]), { mode: 0o600 });
  return file;
}
