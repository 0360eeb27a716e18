import { spawn } from 'node:child_process';

/** Ends what we started when we cannot any more. */
export interface Watchdog {
  /** This process ends with us from now on. */
  guard(pid: number): void;
  /** This process has ended; its number may be somebody else's soon. */
  release(pid: number): void;
  /** Ends the watchdog without it doing anything; waits for its end. */
  dismiss(): Promise<void>;
}

/**
 * A shell that waits on a pipe only we hold. Each line is the whole list of processes; `done` means all is well. An end of file
 * without it means that we died without tidying up (kill -9, a crash): it ends them and removes the folder in our place.
 */
const SCRIPT = [
  'pids=',
  'while read -r line; do [ "$line" = done ] && exit 0; pids=$line; done',
  '[ -z "$pids" ] || kill $pids 2>/dev/null',
  'sleep 1',
  '[ -z "$pids" ] || kill -9 $pids 2>/dev/null',
  '[ -z "$1" ] || rm -rf -- "$1"',
].join('\n');

/** @param dir folder to remove in our place */
export function startWatchdog(dir?: string): Watchdog {
  const child = spawn('/bin/sh', ['-c', SCRIPT, 'lockstep-watchdog', dir ?? ''], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  // A broken pipe only says that the watchdog is gone already.
  child.stdin.on('error', () => undefined);
  const pids = new Set<number>();
  const tell = () => void child.stdin.write(`${[...pids].join(' ')}\n`);
  return {
    guard(pid) {
      pids.add(pid);
      tell();
    },
    release(pid) {
      if (pids.delete(pid)) tell();
    },
    async dismiss() {
      child.stdin.end('done\n');
      await exited;
    },
  };
}
