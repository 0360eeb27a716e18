import { spawn } from 'node:child_process';

export interface Watchdog {
  /** Ends the watchdog without it doing anything; waits for its end. */
  dismiss(): Promise<void>;
}

/**
 * A shell that waits on a pipe only we hold. A line means all is well; an end of file without one means that we died
 * without tidying up (kill -9, a crash), so it ends the server and removes its folder in our place.
 */
const SCRIPT = 'read -r line && exit 0; kill "$1" 2>/dev/null; sleep 1; [ -z "$2" ] || rm -rf -- "$2"';

export function startWatchdog(pid: number, dir: string | undefined): Watchdog {
  const child = spawn('/bin/sh', ['-c', SCRIPT, 'lockstep-watchdog', `${pid}`, dir ?? ''], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  // A broken pipe only says that the watchdog is gone already.
  child.stdin.on('error', () => undefined);
  return {
    dismiss: async () => {
      child.stdin.end('done\n');
      await exited;
    },
  };
}
