import { spawn } from 'node:child_process';
import type { Ending, Part } from '../supervise/supervise.ts';
import type { ProcessId } from './process-id.ts';
import { processId } from './process-id.ts';

export interface LaunchPlan {
  /** What Node runs. */
  readonly main: string;
  readonly args: readonly string[];
  /** Between SIGTERM and SIGKILL. */
  readonly stopMs: number;
  /** Told who the process is before it does anything: whoever has to end it one day must know it. */
  readonly born: (process: ProcessId) => void;
}

/** Waits for a word from the supervisor, then becomes Node. Without one, because the supervisor died, it never does. */
const GATE = 'read -r word && [ "$word" = go ] && exec "$@" < /dev/null';

/** Starts a release as a process that outlives us, writing where we write. */
export function launch({ main, args, stopMs, born }: LaunchPlan): Part {
  const child = spawn('/bin/sh', ['-c', GATE, 'lockstep-gate', process.execPath, main, ...args], {
    stdio: ['pipe', 'inherit', 'inherit'],
    // A process group of its own: Ctrl-C in the terminal is the supervisor's to pass on.
    detached: true,
  });
  const ended = new Promise<Ending>((resolve) => {
    child.once('error', (error) => resolve({ how: error.message }));
    child.once('exit', (code, signal) =>
      resolve(signal === null ? { how: `exit code ${code}`, isKill: code === 0 } : { how: signal, isKill: true }),
    );
  });
  child.stdin.on('error', () => undefined);
  const { pid } = child;
  const identity = pid === undefined ? undefined : processId(pid);
  if (identity !== undefined) born(identity);
  child.stdin.end('go\n');
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
