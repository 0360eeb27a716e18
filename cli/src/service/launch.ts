import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Ending, Part } from '../supervise/supervise.ts';
import type { ProcessId } from './process-id.ts';
import { processId } from './process-id.ts';

export interface LaunchPlan {
  /** A script for Node (.mjs), or a program. */
  readonly main: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Where it writes, appended to; without it where we write. */
  readonly logFile?: string | undefined;
  /** Between SIGTERM and SIGKILL. */
  readonly stopMs: number;
  /** Told who the process is before it does anything: whoever has to end it one day must know it. */
  readonly born: (process: ProcessId) => void;
}

/** Waits for a word from the supervisor, then becomes the release. Without one, because the supervisor died, it never does. */
const GATE = 'read -r word && [ "$word" = go ] && exec "$@" < /dev/null';

/** Only its owner may read what a process says about itself. */
const LOG_MODE = 0o600;

/** The words that start what a package holds. */
export const startedBy = (main: string): readonly [string, ...string[]] =>
  main.endsWith('.mjs') ? [process.execPath, main] : [main];

/** Starts a release as a process that outlives us. */
export function launch({ main, args, env, logFile, stopMs, born }: LaunchPlan): Part {
  const log = logFile === undefined ? 'inherit' : openSync(logFile, 'a', LOG_MODE);
  const child = spawn('/bin/sh', ['-c', GATE, 'lockstep-gate', ...startedBy(main), ...args], {
    env,
    stdio: ['pipe', log, log],
    // A process group of its own: Ctrl-C in the terminal is the supervisor's to pass on.
    detached: true,
  });
  const ended = new Promise<Ending>((resolve) => {
    child.once('error', (error) => resolve({ how: error.message }));
    child.once('exit', (code, signal) =>
      resolve(signal === null ? { how: `exit code ${code}`, isKill: code === 0 } : { how: signal, isKill: true }),
    );
  });
  if (typeof log === 'number') closeSync(log);
  // Where it did not start there is nobody to hear the word; why not is in its ending.
  child.stdin?.on('error', () => undefined);
  const { pid } = child;
  const identity = pid === undefined ? undefined : processId(pid);
  try {
    if (identity !== undefined) born(identity);
    child.stdin?.end('go\n');
  } catch (error) {
    // Nobody would know of it: a full disk, say.
    child.kill('SIGKILL');
    throw error;
  }
  return {
    pid: pid ?? 0,
    ended,
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), stopMs);
      await ended;
      clearTimeout(timer);
    },
  };
}
