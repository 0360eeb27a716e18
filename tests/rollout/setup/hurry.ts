import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { NONE, serviceState, want } from '../../../cli/src/service/root.ts';
import { until } from '../../support/until.ts';

/**
 * The rest of a site's trades at once: its engine goes on without a pace. So a test can have more trades than the slowest machine needs
 * to see a rollout through, and is over soon after on a fast one. Answers how to end that engine.
 */
export async function hurry(engineRoot: string): Promise<() => void> {
  let pid: number | null | undefined;
  await until(async () => {
    pid = (await serviceState(engineRoot))?.pid;
    return typeof pid === 'number';
  });
  const [node = '', ...words] = nulSeparated(`/proc/${pid}/cmdline`);
  const env = Object.fromEntries(nulSeparated(`/proc/${pid}/environ`).map((text) => text.split(/=(.*)/s).slice(0, 2)));
  want(engineRoot, NONE);
  await until(async () => (await serviceState(engineRoot))?.running === null);
  words[words.indexOf('--rate') + 1] = 'max';
  const engine = spawn(node, words, { env, stdio: 'ignore' });
  return () => void engine.kill('SIGKILL');
}

const nulSeparated = (file: string): string[] => readFileSync(file, 'utf8').split('\0').slice(0, -1);
