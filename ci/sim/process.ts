import { spawn } from 'node:child_process';
import type { Watchdog } from '../../cli/src/watchdog.ts';

export interface Process {
  /** Settles with how it ended. */
  readonly ended: Promise<string>;
  readonly isAlive: () => boolean;
  /** The end of what it said, on both streams. */
  readonly tail: () => string;
  /** SIGTERM, and SIGKILL when that does not help; waits. */
  stop(): Promise<void>;
}

const TAIL_CHARACTERS = 8_000;
const KILL_AFTER_MS = 5_000;

/** A process group of its own: what it starts ends with it, and Ctrl-C is ours to pass on. */
export function startProcess(
  command: readonly [string, ...string[]],
  env: NodeJS.ProcessEnv,
  watchdog: Watchdog,
): Process {
  const [file, ...args] = command;
  const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let tail = '';
  let alive = true;
  const keep = (chunk: Buffer) => {
    tail = (tail + chunk.toString()).slice(-TAIL_CHARACTERS);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = new Promise<string>((resolve) => {
    const end = (how: string) => {
      alive = false;
      resolve(how);
    };
    child.once('error', (error) => end(error.message));
    child.once('close', (code, signal) => end(signal ?? `exit code ${code}`));
  });
  const { pid } = child;
  if (pid !== undefined) {
    watchdog.guard(pid);
    void ended.then(() => watchdog.release(pid));
  }
  const signalGroup = (signal: NodeJS.Signals) => {
    if (pid === undefined || !alive) return;
    try {
      process.kill(-pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  return {
    ended,
    isAlive: () => alive,
    tail: () => tail,
    async stop() {
      signalGroup('SIGTERM');
      const timer = setTimeout(() => signalGroup('SIGKILL'), KILL_AFTER_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}
