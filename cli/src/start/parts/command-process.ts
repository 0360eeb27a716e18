import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { LockstepError } from '#client';
import { isDebug } from '../../debug.ts';
import type { Ending, Part } from '../../supervise/supervise.ts';
import type { Watchdog } from '../../watchdog.ts';

export interface CommandPlan {
  /** Of `lockstep`; what people call the process. */
  readonly command: 'relayer' | 'gateway';
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Between SIGTERM and SIGKILL. */
  readonly killAfterMs: number;
  readonly watchdog: Watchdog;
}

export interface CommandProcess extends Part {
  /** Ends it at once, as a failure of its own; `how` is what people read. */
  endFor(how: string): void;
}

const LOCKSTEP = fileURLToPath(new URL('../../../bin/lockstep.mjs', import.meta.url));
const ERROR_TAIL_CHARACTERS = 8_000;
/** `CODE: message` and a line of advice, as every command ends that fails. */
const FAILURE = /^([A-Z][A-Z_]+): (.+)\n {2}(.+)$/m;
/** What may be otherwise at the next start; any other code is for people. */
const PASSING_CODES: ReadonlySet<string> = new Set([
  'REDIS_UNREACHABLE',
  'REDIS_REFUSED',
  'CHAIN_UNREACHABLE',
  'MARKET_UNREADABLE',
  'HTTP_PORT_UNAVAILABLE',
  'UNEXPECTED',
]);

/** A command of this checkout as a process of its own, so that it can be killed and is started again. */
export function startCommand({ command, args, env, killAfterMs, watchdog }: CommandPlan): CommandProcess {
  const child = spawn(process.execPath, [LOCKSTEP, command, ...args], {
    // So that `pgrep -f 'lockstep relayer'` finds it.
    argv0: `lockstep ${command}`,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
    // A process group of its own: Ctrl-C in the terminal must not look like one that ended by itself.
    detached: true,
  });
  let tail = '';
  let endedFor: string | undefined;
  child.stderr.on('data', (chunk: Buffer) => {
    if (isDebug()) process.stderr.write(chunk);
    tail = (tail + chunk.toString()).slice(-ERROR_TAIL_CHARACTERS);
  });
  const ended = new Promise<Ending>((resolve) => {
    child.once('error', (error) => resolve({ how: error.message, fatal: error }));
    child.once('close', (code, signal) =>
      resolve(
        signal === null ? endingOf(command, code, tail) : { how: endedFor ?? signal, isKill: endedFor === undefined },
      ),
    );
  });
  const { pid } = child;
  if (pid !== undefined) {
    watchdog.guard(pid);
    void ended.then(() => watchdog.release(pid));
  }
  return {
    pid: pid ?? 0,
    ended,
    endFor(how) {
      endedFor = how;
      child.kill('SIGKILL');
    },
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** An operator's settings of another relayer or gateway must not overrule this one's. */
export const foreignVariables = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('LOCKSTEP_')));

/** One told to end by somebody else ends with 0. */
function endingOf(command: string, code: number | null, said: string): Ending {
  const [, name, message = '', advice = ''] = FAILURE.exec(said) ?? [];
  if (name === undefined) return { how: `exit code ${code}`, isKill: code === 0 };
  const how = `${name}: ${message}`;
  return PASSING_CODES.has(name)
    ? { how }
    : { how, fatal: new LockstepError(name, `the ${command}: ${message}`, advice) };
}
