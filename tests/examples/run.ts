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

type Json = Readonly<Record<string, unknown>>;

/** Runs an example to its end, which must be a good one; answers its last line. `onText` hears its standard error so far. */
export async function runToItsEnd(
  name: string,
  words: readonly string[],
  onText: (stderr: string) => void = () => undefined,
): Promise<Json> {
  const command = ['--import', 'tsx', `examples/${name}/run.ts`, ...words];
  const child = spawn(process.execPath, command, { cwd: REPO, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  // With the processes it has started.
  after(() => child.exitCode === null && process.kill(-Number(child.pid), 'SIGTERM'));
  const texts = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].on('data', (piece: Buffer) => {
      texts[stream] += piece.toString();
      onText(texts.stderr);
    });
  }
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  assert.equal(code, 0, texts.stderr);
  return JSON.parse(texts.stdout.trimEnd().split('\n').at(-1) ?? '');
}

/** An example at a site. From `shown` on, when there is nothing more to see, the rest of its trades has no pace. */
export async function runExample(name: string, shown: RegExp): Promise<Json> {
  let hurried: Promise<() => void> | undefined;
  const json = await runToItsEnd(name, [`${COUNT}`, `${RATE}`], (stderr) => {
    const site = /--site (\S+)/.exec(stderr)?.[1];
    if (site === undefined || !shown.test(stderr)) return;
    hurried ??= hurry(JSON.parse(readFileSync(site, 'utf8')).engine.root);
  }).finally(async () => (await hurried)?.());
  assert.deepEqual([json.accepted, json.pending, json.duplicates, json.verified], [COUNT, 0, 0, true]);
  return json;
}
