/** The chains that the conformance suite runs against. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startLocalnet } from '#localnet';
import { startWatchdog } from '../../cli/src/watchdog.ts';
import { rpc } from './rpc.ts';

export interface Chain {
  readonly name: string;
  readonly isEmbedded: boolean;
  readonly rpcUrl: string;
  readonly wsUrl: string;
  stop(): Promise<void>;
}

export const SLOT_MS = 50;
/** SIMD-0500, which a test validator activates ahead of mainnet: it refuses to deploy programs of SBPF v0 to v2. */
const DISABLE_OLD_SBPF_DEPLOYMENT = 'B8JJXCy5amZyWG9r7EnUYLwzXSXTxG7GZ1qZ1qggo83g';
const READY_ATTEMPTS = 120;
const READY_POLL_MS = 500;
/** Ports of one validator, and where they are looked for: below the range from which systems hand out ports by themselves. */
const PORTS = 100;
const FIRST_PORT = 10_000;
const PORT_BLOCKS = 220;
/** A port of a block may be taken all the same. */
const START_ATTEMPTS = 5;
/** web3.js gives up a websocket half a second after its last subscription; one that breaks it opens again for ever. */
const IDLE_WEBSOCKET_MS = 1_000;

export async function startEmbedded(): Promise<Chain> {
  const node = await startLocalnet({ slotMs: SLOT_MS });
  return { name: 'embedded node', isEmbedded: true, rpcUrl: node.rpcUrl, wsUrl: node.wsUrl, stop: () => node.close() };
}

/** The validator's path: SOLANA_TEST_VALIDATOR, else the first on PATH. */
export function findValidator(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const onPath = (env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'solana-test-validator'));
  return [env.SOLANA_TEST_VALIDATOR ?? '', ...onPath].find((file) => file !== '' && existsSync(file));
}

/**
 * Slots of 50 ms, a ledger of its own, and ports that no other validator of this machine is likely to have.
 * @param genesis further arguments, about what is there from the first slot on
 * @throws the signal's reason, with nothing left running
 */
export async function startValidator(
  binary: string,
  genesis: readonly string[] = [],
  signal?: AbortSignal,
): Promise<Chain> {
  for (let attempt = 1; ; attempt += 1) {
    signal?.throwIfAborted();
    const { chain, process } = launch(binary, genesis);
    try {
      await untilHealthy(chain, process, signal);
      return chain;
    } catch (error) {
      await chain.stop();
      if (attempt === START_ATTEMPTS) throw error;
    }
  }
}

function launch(binary: string, genesis: readonly string[]) {
  const ledger = mkdtempSync(join(tmpdir(), 'lockstep-validator-'));
  const port = FIRST_PORT + Math.floor(Math.random() * PORT_BLOCKS) * PORTS;
  const flags = ['--ledger', ledger, '--reset', '--quiet', '--ticks-per-slot', '8', '--rpc-port', `${port}`];
  const features = ['--deactivate-feature', DISABLE_OLD_SBPF_DEPLOYMENT];
  const ports = ['--faucet-port', `${port + 2}`, '--gossip-port', `${port + 3}`];
  const range = ['--dynamic-port-range', `${port + 4}-${port + 50}`];
  const process = spawn(binary, [...flags, ...features, ...ports, ...range, ...genesis], { stdio: 'ignore' });
  // A validator that nobody ends takes a core and a gigabyte for ever.
  const watchdog = startWatchdog(ledger);
  if (process.pid !== undefined) watchdog.guard(process.pid);
  const chain: Chain = {
    name: 'solana-test-validator',
    isEmbedded: false,
    rpcUrl: `http://127.0.0.1:${port}`,
    wsUrl: `ws://127.0.0.1:${port + 1}`,
    async stop() {
      await stopProcess(process);
      await watchdog.dismiss();
      rmSync(ledger, { recursive: true, force: true });
    },
  };
  return { chain, process };
}

async function untilHealthy(chain: Chain, process: ChildProcess, signal: AbortSignal | undefined): Promise<void> {
  for (let attempt = 0; attempt < READY_ATTEMPTS; attempt += 1) {
    await sleep(READY_POLL_MS);
    signal?.throwIfAborted();
    if (hasEnded(process)) {
      throw new Error(`solana-test-validator ended with ${process.signalCode ?? process.exitCode}`);
    }
    const answer = await rpc(chain.rpcUrl, 'getBlockHeight').catch(() => undefined);
    // The first blocks after genesis are produced late; from the second final one on, the chain runs evenly.
    if (Number(answer?.result) > 1) return;
  }
  throw new Error('solana-test-validator did not get ready');
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

async function stopProcess(process: ChildProcess): Promise<void> {
  if (hasEnded(process)) return;
  await sleep(IDLE_WEBSOCKET_MS);
  const ended = new Promise((resolve) => process.once('exit', resolve));
  process.kill('SIGKILL');
  await ended;
}
