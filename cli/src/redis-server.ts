import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LockstepError } from '#client';
import { freePort } from './free-port.ts';
import type { Watchdog } from './watchdog.ts';
import { startWatchdog } from './watchdog.ts';

/** A Redis of one's own: nobody else's data, gone with its owner. */
export interface PrivateRedis {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Where the append-only file lives; start again with the same `dir` and `port` to restart it with its data. */
  readonly dir: string;
  /** Settles when the server has ended, by `stop()` or by itself: with the signal, or the exit code, it ended with. */
  readonly exited: Promise<string>;
  /** Ends the server, waits for it, and removes `dir` unless the caller named it. Safe to call twice. */
  stop(): Promise<void>;
}

export interface PrivateRedisOptions {
  /** Data folder, kept on `stop()`; without it a temporary one (mode 0700) is made and removed. */
  readonly dir?: string;
  /** TCP port on 127.0.0.1; without it a free one. */
  readonly port?: number;
  /** Path of redis-server; default: the one on PATH. */
  readonly command?: string;
  /** Ends the server in our place; without it the server gets one of its own. */
  readonly watchdog?: Watchdog;
}

/** Another process may take a free port between our asking and redis binding it. */
const PORT_ATTEMPTS = 5;
const START_TIMEOUT_MS = 10_000;
/** A server that does not end on SIGTERM within this time is killed; its data goes away anyway. */
const STOP_TIMEOUT_MS = 5_000;
const ERROR_TAIL_BYTES = 2_000;

/**
 * Starts redis-server bound to 127.0.0.1, append-only, refusing writes rather than evicting. A watchdog ends it and removes
 * its folder even when this process is killed.
 * @throws LockstepError REDIS_START_FAILED
 */
export async function startPrivateRedis(options: PrivateRedisOptions = {}): Promise<PrivateRedis> {
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'lockstep-redis-')));
  const ownsDir = options.dir === undefined;
  const attempts = options.port === undefined ? PORT_ATTEMPTS : 1;
  let reason = '';
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const port = options.port ?? (await freePort());
    const server = launch(options.command ?? 'redis-server', dir, port);
    const failure = await untilReady(server, port);
    if (failure === undefined) return owned(server, { dir, port, ownsDir, watchdog: options.watchdog });
    reason = failure;
    await end(server);
  }
  if (ownsDir) await rm(dir, { recursive: true, force: true });
  throw new LockstepError(
    'REDIS_START_FAILED',
    `the private redis-server did not start: ${reason}`,
    'Run `redis-server --version`; Lockstep needs Redis 6.2 or newer and a writable temporary folder.',
  );
}

interface Server {
  readonly child: ChildProcess;
  readonly exited: Promise<string>;
  /** The last of what it printed, to explain a failed start. */
  readonly tail: () => string;
}

function launch(command: string, dir: string, port: number): Server {
  const settings = ['--port', `${port}`, '--bind', '127.0.0.1', '--protected-mode', 'yes', '--daemonize', 'no'];
  const durable = ['--dir', dir, '--appendonly', 'yes', '--save', '', '--maxmemory-policy', 'noeviction'];
  // A process group of its own: Ctrl-C in the terminal must not take the server away before the relayer has drained.
  const child = spawn(command, [...settings, ...durable], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let tail = '';
  const keep = (chunk: Buffer) => {
    tail = (tail + chunk.toString()).slice(-ERROR_TAIL_BYTES);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    child.once('error', (error) => {
      tail += error.message;
      resolve(error.message);
    });
  });
  return { child, exited, tail: () => tail };
}

/** Undefined once the server answers, else why it did not. */
async function untilReady(server: Server, port: number): Promise<string | undefined> {
  let ended = false;
  void server.exited.then(() => {
    ended = true;
  });
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (ended) return server.tail().trim().split('\n').at(-1) ?? 'it ended at once';
    if (await answers(server, port)) return undefined;
    await sleep(20);
  }
  return `no answer on port ${port} within ${START_TIMEOUT_MS} ms`;
}

/** Whether this very server, and no other that holds the port, has loaded its data and answers. */
function answers(server: Server, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    let said = '';
    const answer = (ready: boolean) => {
      socket.destroy();
      resolve(ready);
    };
    socket.once('error', () => answer(false));
    socket.once('close', () => answer(false));
    socket.once('connect', () => socket.write('PING\r\nINFO server\r\n'));
    socket.on('data', (data) => {
      said += data.toString();
      const processId = /process_id:(\d+)\r/.exec(said)?.[1];
      if (processId !== undefined) answer(said.startsWith('+PONG') && processId === `${server.child.pid}`);
    });
  });
}

interface Ownership {
  readonly dir: string;
  readonly port: number;
  readonly ownsDir: boolean;
  readonly watchdog: Watchdog | undefined;
}

function owned(server: Server, { dir, port, ownsDir, watchdog: shared }: Ownership): PrivateRedis {
  const pid = server.child.pid;
  if (pid === undefined) throw new Error('a server that answers has a process id');
  const watchdog = shared ?? startWatchdog(ownsDir ? dir : undefined);
  watchdog.guard(pid);
  void server.exited.then(() => watchdog.release(pid));
  let stopping: Promise<void> | undefined;
  const stop = async () => {
    await end(server);
    if (shared === undefined) await watchdog.dismiss();
    if (ownsDir) await rm(dir, { recursive: true, force: true });
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    pid,
    dir,
    exited: server.exited,
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

async function end(server: Server): Promise<void> {
  server.child.kill('SIGTERM');
  const timer = setTimeout(() => server.child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await server.exited;
  clearTimeout(timer);
}
