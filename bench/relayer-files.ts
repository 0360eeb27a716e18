import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RelayerConfigInput } from '#relayer';
import { freePort } from '../cli/src/free-port.ts';
import type { Opener, World } from '../tests/relayer/venue.ts';

const LOCKSTEP = fileURLToPath(new URL('../cli/bin/lockstep.mjs', import.meta.url));

/** `lockstep relayer` as an operator runs it: its settings and key in files, and the port where it serves its status. */
export interface RelayerFiles {
  /** A folder of its own. */
  readonly dir: string;
  readonly httpPort: number;
  launch(): ChildProcess;
}

/** @param more settings other than the defaults */
export async function writeRelayerFiles(
  world: World,
  opener: Opener,
  more: Partial<RelayerConfigInput> = {},
): Promise<RelayerFiles> {
  const { market } = world;
  const httpPort = await freePort();
  const dir = await mkdtemp(join(tmpdir(), 'lockstep-bench-'));
  opener.after(() => rm(dir, { recursive: true, force: true }));
  const config = join(dir, 'relayer.json');
  const keypairFile = join(dir, 'key.json');
  const { rpcUrl, websocketUrl, redisUrl, programId } = world.settings();
  const settings = {
    rpcUrl,
    websocketUrl,
    redisUrl,
    programId,
    market,
    keypairFile,
    httpPort,
    logLevel: 'error',
    ...more,
  };
  await writeFile(config, JSON.stringify(settings satisfies Partial<Record<keyof RelayerConfigInput, unknown>>));
  await writeFile(keypairFile, JSON.stringify([...world.keys.relayer.secretKey]), { mode: 0o600 });
  const launch = () =>
    spawn(process.execPath, [LOCKSTEP, 'relayer', '--config', config], { stdio: ['ignore', 'ignore', 'inherit'] });
  return { dir, httpPort, launch };
}
