import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Keypair, PublicKey } from '@solana/web3.js';
import type { RelayerConfigInput } from '#relayer';
import { isDebug } from '../../debug.ts';
import { freePort } from '../../free-port.ts';
import { supervise } from '../../supervise/supervise.ts';
import type { Watchdog } from '../../watchdog.ts';
import type { Cleanup } from '../cleanup.ts';
import type { CommandProcess } from './command-process.ts';
import { foreignVariables, startCommand } from './command-process.ts';
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

const KEYPAIR_VARIABLE = 'LOCKSTEP_START_KEYPAIR';
/** What is in flight when everything ends goes away with its market. */
const SHUTDOWN_MS = 2_000;
const KILL_AFTER_MS = SHUTDOWN_MS + 3_000;
/** A relayer that was killed leaves its lease behind; the next one waits for it to run out. */
const LEASE_MS = 1_000;

/** `lockstep relayer` as a process of its own; one that ends is started again, unless its reason needs a person. */
export async function privateRelayer(plan: RelayerPlan): Promise<RunningRelayer> {
  let httpPort = 0;
  let current: CommandProcess | undefined;
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

async function startRelayer(plan: RelayerPlan, httpPort: number): Promise<CommandProcess> {
  const config = join(plan.dir, 'relayer.json');
  const settings = { ...relayerSettings(plan, httpPort), keypairEnv: KEYPAIR_VARIABLE };
  await writeFile(config, JSON.stringify(settings), { mode: 0o600 });
  return startCommand({
    command: 'relayer',
    args: ['--config', config],
    env: { ...foreignVariables(), [KEYPAIR_VARIABLE]: JSON.stringify([...plan.key.secretKey]) },
    killAfterMs: KILL_AFTER_MS,
    watchdog: plan.watchdog,
  });
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
