import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { fileURLToPath } from 'node:url';

const REPO = fileURLToPath(new URL('../..', import.meta.url));
const SCRIPT = fileURLToPath(new URL('../../tools/start.mjs', import.meta.url));
/** In the environment of everything a run starts, so that leftovers can be told from other people's processes. */
const MARK = 'TEST_RUN_OF_LOCKSTEP';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** One run of the real command, without a terminal. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when standard error or output has a match; rejects when the command ends without one. */
  saw(pattern: RegExp): Promise<RegExpExecArray>;
  /** Processes this run started that are still there. */
  leftovers(): number[];
}

export function startProcess(args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  return watched(process.execPath, [SCRIPT, ...args], env);
}

/** The same through `npm start`, as operators run it. */
export function npmStart(args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  return watched('npm', ['start', '--silent', '--', ...args], env);
}

function watched(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Running {
  const mark = randomUUID();
  const child = spawn(command, args, {
    cwd: REPO,
    env: { ...process.env, ...env, [MARK]: mark },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const texts = { stdout: '', stderr: '' };
  const watchers = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (piece: Buffer) => {
      texts[name] += piece.toString();
      for (const watch of watchers) watch();
    });
  }
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code) => resolve({ code, ...texts }));
  });
  const saw = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const watch = () => {
        const match = pattern.exec(texts.stderr) ?? pattern.exec(texts.stdout);
        if (match === null) return;
        watchers.delete(watch);
        resolve(match);
      };
      watchers.add(watch);
      watch();
      void ended.then(({ stderr }) => reject(new Error(`ended without ${pattern}: ${stderr}`)));
    });
  return { child, ended, saw, leftovers: () => processesMarked(mark) };
}

/** Runs the command to its end; the last line of standard output is its JSON. */
export async function runStart(args: readonly string[]): Promise<Ended & { readonly json: Record<string, unknown> }> {
  const run = startProcess([...args, '--json']);
  const ended = await run.ended;
  assert.deepEqual(run.leftovers(), []);
  return { ...ended, json: JSON.parse(ended.stdout.trimEnd().split('\n').at(-1) ?? '') };
}

/** By /proc where there is one: elsewhere the ports tell. */
function processesMarked(mark: string): number[] {
  if (!existsSync('/proc/self/environ')) return [];
  const isMarked = (pid: string) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`${MARK}=${mark}`);
    } catch {
      return false;
    }
  };
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && isMarked(name))
    .map(Number);
}

export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    const answer = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => answer(true)).once('error', () => answer(false));
  });
}
