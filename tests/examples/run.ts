import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { hurry } from '../rollout/setup/hurry.ts';

const REPO = fileURLToPath(new URL('../..', import.meta.url));

/** More than the slowest machine needs trades for. */
const COUNT = 9_000;
const RATE = 15;

/**
 * Runs an example to its end; answers its last line. From `shown` on, when there is nothing more to see, the rest of its trades has no pace.
 */
export async function runExample(name: string, shown: RegExp): Promise<Readonly<Record<string, unknown>>> {
  const script = `examples/${name}/run.ts`;
  const words = ['--import', 'tsx', script, `${COUNT}`, `${RATE}`];
  const child = spawn(process.execPath, words, { cwd: REPO, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  // With the site it has started.
  after(() => child.exitCode === null && process.kill(-Number(child.pid), 'SIGTERM'));
  const texts = { stdout: '', stderr: '' };
  let hurried: Promise<() => void> | undefined;
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].on('data', (piece: Buffer) => {
      texts[stream] += piece.toString();
      const site = /--site (\S+)/.exec(texts.stdout)?.[1];
      if (site === undefined || !shown.test(texts.stderr)) return;
      hurried ??= hurry(JSON.parse(readFileSync(site, 'utf8')).engine.root);
    });
  }
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  (await hurried)?.();
  assert.equal(code, 0, texts.stderr);
  const json = JSON.parse(texts.stdout.trimEnd().split('\n').at(-1) ?? '');
  assert.deepEqual([json.accepted, json.pending, json.duplicates, json.verified], [COUNT, 0, 0, true]);
  return json;
}
