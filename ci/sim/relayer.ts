import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RelayerIdentity } from '#gate/can-ship';
import { SOURCE } from '#gate/can-ship';
import { freePort } from '../../cli/src/free-port.ts';
import type { RelayerSaid } from '../../cli/src/relayer-status.ts';
import { readRelayerStatus } from '../../cli/src/relayer-status.ts';
import { packageFolder } from '../../cli/src/release/package.ts';
import { install } from '../../cli/src/service/install.ts';
import { installedFolder } from '../../cli/src/service/layout.ts';
import type { Cleanup } from '../../cli/src/start/cleanup.ts';
import { foreignVariables } from '../../cli/src/start/parts/command-process.ts';
import type { RelayerPlace } from '../../cli/src/start/parts/relayer.ts';
import { relayerSettings } from '../../cli/src/start/parts/relayer.ts';
import type { Desk } from './desk.ts';
import type { Process } from './process.ts';
import { startProcess } from './process.ts';

/** The relayer of a cell, as a process. */
export interface SimRelayer extends Process {
  /** What it says of itself; undefined while it does not answer. */
  said(): Promise<RelayerSaid | undefined>;
}

const LOCKSTEP = fileURLToPath(new URL('../../cli/bin/lockstep.mjs', import.meta.url));
const KEYPAIR_VARIABLE = 'LOCKSTEP_SIM_KEYPAIR';

/** @throws LockstepError RELEASE_MISSING, RELEASE_ALTERED */
export async function startRelayer(
  { version }: RelayerIdentity,
  place: RelayerPlace,
  { dir, keys, watchdog }: Desk,
  cleanup: Cleanup,
): Promise<SimRelayer> {
  const httpPort = await freePort();
  const config = join(dir, 'relayer.json');
  const settings = { ...relayerSettings(place, httpPort), keypairEnv: KEYPAIR_VARIABLE, logLevel: 'info' };
  await writeFile(config, JSON.stringify(settings), { mode: 0o600 });
  const main = version === SOURCE ? [LOCKSTEP, 'relayer'] : [await released(version, dir)];
  const env = { ...foreignVariables(), [KEYPAIR_VARIABLE]: JSON.stringify([...keys.relayer.secretKey]) };
  const relayer = startProcess([process.execPath, ...main, '--config', config], env, watchdog);
  cleanup.add(() => relayer.stop());
  return { ...relayer, said: () => readRelayerStatus(`http://127.0.0.1:${httpPort}`) };
}

async function released(version: string, dir: string): Promise<string> {
  const root = join(dir, 'relayer');
  const { semver, entry } = await install(root, packageFolder('relayer', version));
  return join(installedFolder(root, semver), entry);
}
