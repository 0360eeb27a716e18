import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PublicKey } from '@solana/web3.js';
import type { Package } from '#gate/can-ship';
import { install } from '../../cli/src/service/install.ts';
import { startedBy } from '../../cli/src/service/launch.ts';
import { installedFolder } from '../../cli/src/service/layout.ts';
import type { Cleanup } from '../../cli/src/start/cleanup.ts';
import { foreignVariables } from '../../cli/src/start/parts/command-process.ts';
import type { Desk } from './desk.ts';
import type { Process } from './process.ts';
import { startProcess } from './process.ts';
import type { Effort, Subject } from './subject.ts';
import { LOT, TICK } from './terms.ts';
import { everyKind } from './trades-file.ts';

export interface EnginePlace {
  readonly redisUrl: string;
  readonly market: PublicKey;
  readonly desk: Desk;
}

/** Trades a second: slow enough that a switch comes in the middle, fast enough that a cell is over soon. */
const RATE = 100;

/** The engine of a cell as docs/reference/engine.md starts one to try it. @throws when its package can't be unpacked */
export async function startEngine(
  { engine, isFlow }: Pick<Subject, 'engine' | 'isFlow'>,
  { count, seed }: Effort,
  { redisUrl, market, desk }: EnginePlace,
  cleanup: Cleanup,
): Promise<Process> {
  const { dir, watchdog } = desk;
  const words = [
    ...('package' in engine.source ? await packaged(engine.source.package, dir) : []),
    ...(isFlow ? ['--seed', seed] : []),
    ...(!isFlow && 'package' in engine.source ? await fileOfTrades(dir, count) : []),
  ];
  // exec: the shell gives way to the engine, so that exit codes and signals are the engine's.
  const line = 'command' in engine.source ? `exec ${engine.source.command} "$@"` : 'exec "$@"';
  const load = { TRADE_COUNT: `${count}`, TRADE_RATE: `${RATE}`, RETRY_JOURNAL: join(dir, 'engine.journal') };
  const env = { ...foreignVariables(), REDIS_URL: redisUrl, MARKET: market.toBase58(), ...load };
  const running = startProcess(['/bin/sh', '-c', line, 'engine', ...words], env, watchdog);
  cleanup.add(() => running.stop());
  return running;
}

async function packaged({ folder }: Package, dir: string): Promise<readonly string[]> {
  const root = join(dir, 'engine');
  const { semver, entry } = await install(root, folder);
  return startedBy(join(installedFolder(root, semver), entry));
}

async function fileOfTrades(dir: string, count: number): Promise<string[]> {
  const file = join(dir, 'trades.csv');
  await writeFile(file, everyKind(count));
  return ['--trades', file, '--tick', TICK, '--lot', LOT];
}
