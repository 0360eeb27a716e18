import { spawn } from 'node:child_process';
import type { RunningEngine, StartEngine } from './start-engine.ts';

const ERROR_TAIL_CHARACTERS = 2_000;

/**
 * An engine that is one simple command. It finds REDIS_URL, MARKET, TRADE_COUNT, TRADE_RATE (a number or `max`) and RETRY_JOURNAL (a
 * file) in its environment, ends with 0 on SIGTERM, and with another code when it cannot go on.
 */
export const commandEngine =
  (commandLine: string): StartEngine =>
  ({ redisUrl, market, count, rate, journal }): RunningEngine => {
    const load = { TRADE_COUNT: `${count}`, TRADE_RATE: `${rate}` };
    const place = { REDIS_URL: redisUrl, MARKET: market, ...load, RETRY_JOURNAL: journal };
    // exec: the shell gives way to the engine, so that exit codes and signals are the engine’s.
    const child = spawn(`exec ${commandLine}`, {
      shell: true,
      // A group of its own, so that what the engine starts ends with it.
      detached: true,
      env: { ...process.env, ...place },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let tail = '';
    child.stderr.on('data', (chunk: Buffer) => {
      tail = (tail + chunk.toString()).slice(-ERROR_TAIL_CHARACTERS);
    });
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('close', (code, signal) => resolve(code === 0 ? '' : `exit ${code ?? signal}: ${tail}`));
    });
    const end = async (signal: NodeJS.Signals) => {
      if (child.exitCode === null && child.signalCode === null && child.pid !== undefined)
        signalGroup(child.pid, signal);
      await ended;
    };
    return { ended, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
  };

function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
