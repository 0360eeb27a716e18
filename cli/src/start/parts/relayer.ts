import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Keypair, PublicKey } from '@solana/web3.js';
import { LockstepError } from '#client';
import type { RelayerConfigInput } from '#relayer';
import { isDebug } from '../../debug.ts';
import { freePort } from '../../free-port.ts';
import type { Ending, Part } from '../../supervise/supervise.ts';
import { supervise } from '../../supervise/supervise.ts';
import type { Watchdog } from '../../watchdog.ts';
import type { Cleanup } from '../cleanup.ts';
import { peakMemoryBytes } from './memory.ts';
import { askRelayer } from './relayer-status.ts';
import { Silence } from './silence.ts';

export interface RelayerPlan extends RelayerPlace {
  readonly key: Keypair;
  /** The run's own folder. */
  readonly dir: string;
  readonly watchdog: Watchdog;
  readonly cleanup: Cleanup;
  readonly say: (line: string) => void;
  readonly fail: (error: unknown) => void;
}

/** The relayer as others see it: a process with a page about itself. */
export interface RunningRelayer {
  readonly pid: number;
  /**
   * What holds a lane that has stood still since `movedMs` (of `performance.now()`), in words; undefined when nothing does, or the
   * relayer has just gone away. One that does not answer for long is ended with SIGKILL, and so started again.
   */
  blocked(movedMs: number, signal: AbortSignal): Promise<string | undefined>;
  /** The most memory it has had; undefined where the system does not say. */
  peakMemoryBytes(): Promise<number | undefined>;
}

const LOCKSTEP = fileURLToPath(new URL('../../../bin/lockstep.mjs', import.meta.url));
const KEYPAIR_VARIABLE = 'LOCKSTEP_START_KEYPAIR';
/** What is in flight when everything ends goes away with its market. */
const SHUTDOWN_MS = 2_000;
const KILL_AFTER_MS = SHUTDOWN_MS + 3_000;
/** A relayer that was killed leaves its lease behind; the next one waits for it to run out. */
const LEASE_MS = 1_000;
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

/** `lockstep relayer` as a process of its own; one that ends is started again, unless its reason needs a person. */
export async function privateRelayer(plan: RelayerPlan): Promise<RunningRelayer> {
  let httpPort = 0;
  let current: RelayerProcess | undefined;
  const silence = new Silence();
  const start = async () => {
    httpPort = await freePort();
    current = await startRelayer(plan, httpPort);
    silence.heard();
    return current;
  };
  const relayer = await supervise({ name: 'relayer', start, say: plan.say, fail: plan.fail });
  plan.cleanup.add(relayer.stop);
  return {
    get pid() {
      return relayer.pid;
    },
    async blocked(movedMs, signal) {
      const asked = current;
      const answer = await askRelayer(httpPort, signal);
      // What another process did not answer says nothing about the one that runs now.
      if (signal.aborted || asked !== current) return undefined;
      if (answer !== undefined) {
        silence.heard();
        return answer.blocked;
      }
      const { forMs, isTold, isOver } = silence.unheard(performance.now(), movedMs);
      const since = `${Math.floor(forMs / 1_000)} s`;
      if (isOver) current?.endFor(`SIGKILL, as it had not answered for ${since}`);
      return isTold ? `the relayer (pid ${relayer.pid}) has not answered for ${since}` : undefined;
    },
    peakMemoryBytes: () => peakMemoryBytes(relayer.pid),
  };
}

interface RelayerProcess extends Part {
  /** Ends it at once, as a failure of its own; `how` is what people read. */
  endFor(how: string): void;
}

async function startRelayer(plan: RelayerPlan, httpPort: number): Promise<RelayerProcess> {
  const config = join(plan.dir, 'relayer.json');
  const settings = { ...relayerSettings(plan, httpPort), keypairEnv: KEYPAIR_VARIABLE };
  await writeFile(config, JSON.stringify(settings), { mode: 0o600 });
  const child = spawn(process.execPath, [LOCKSTEP, 'relayer', '--config', config], {
    // So that `pgrep -f 'lockstep relayer'` finds it.
    argv0: 'lockstep relayer',
    env: { ...foreignVariables(), [KEYPAIR_VARIABLE]: JSON.stringify([...plan.key.secretKey]) },
    stdio: ['ignore', 'ignore', 'pipe'],
    // A process group of its own: Ctrl-C in the terminal must not look like a relayer that ended by itself.
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
      resolve(signal === null ? endingOf(code, tail) : { how: endedFor ?? signal, isKill: endedFor === undefined }),
    );
  });
  const { pid } = child;
  if (pid !== undefined) {
    plan.watchdog.guard(pid);
    void ended.then(() => plan.watchdog.release(pid));
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
      const timer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** Where a run's relayer works; all but its key. */
export interface RelayerPlace {
  readonly rpcUrl: string;
  readonly wsUrl: string | undefined;
  readonly redisUrl: string;
  readonly program: PublicKey;
  readonly market: PublicKey;
  readonly slotMs: number;
}

export function relayerSettings(place: RelayerPlace, httpPort: number) {
  const { rpcUrl, wsUrl, redisUrl, program, market, slotMs } = place;
  return {
    rpcUrl,
    ...(wsUrl === undefined ? {} : { websocketUrl: wsUrl }),
    redisUrl,
    programId: program.toBase58(),
    market: market.toBase58(),
    slotMs,
    leaseMs: LEASE_MS,
    shutdownMs: SHUTDOWN_MS,
    httpPort,
    logLevel: isDebug() ? 'debug' : 'silent',
  } satisfies Partial<RelayerConfigInput>;
}

/** An operator's settings of another relayer must not overrule this one's. */
export const foreignVariables = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('LOCKSTEP_')));

/** A relayer told to end by somebody else ends with 0. */
function endingOf(code: number | null, said: string): Ending {
  const [, name, message = '', advice = ''] = FAILURE.exec(said) ?? [];
  if (name === undefined) return { how: `exit code ${code}`, isKill: code === 0 };
  const how = `${name}: ${message}`;
  return PASSING_CODES.has(name) ? { how } : { how, fatal: new LockstepError(name, `the relayer: ${message}`, advice) };
}
