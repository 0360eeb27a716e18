import { writeFile } from 'node:fs/promises';
import type { Keypair } from '@solana/web3.js';
import { freePort } from '../../free-port.ts';
import { releaseIn } from '../../release/environments.ts';
import { serviceState } from '../../service/root.ts';
import { foreignVariables } from '../parts/command-process.ts';
import { peakMemoryBytes } from '../parts/memory.ts';
import type { RelayerPlace, RunningRelayer } from '../parts/relayer.ts';
import { relayerSettings } from '../parts/relayer.ts';
import { askRelayer } from '../parts/relayer-status.ts';
import { Silence } from '../parts/silence.ts';
import type { RunBase } from '../place/place.ts';
import type { SiteFolder } from './folder.ts';
import { writeKey } from './folder.ts';
import type { SiteService } from './service.ts';
import { startService } from './service.ts';

/** The relayer of a site, whichever release runs. */
export interface SiteRelayer extends Omit<RunningRelayer, 'pid'> {
  /** Where it says how it is. */
  readonly url: string;
}

/** The deployed release of the relayer, as a service. @throws LockstepError RELEASE_MISSING, RELEASE_ALTERED */
export async function siteRelayer(
  folder: SiteFolder,
  place: RelayerPlace & { readonly key: Keypair },
  base: RunBase,
): Promise<SiteRelayer> {
  const port = await freePort();
  await writeKey(folder.relayerKey, place.key);
  const settings = { ...relayerSettings(place, port), keypairFile: folder.relayerKey, logLevel: 'info' };
  await writeFile(folder.relayerConfig, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600 });
  const service: SiteService = {
    name: 'relayer',
    root: folder.relayerRoot,
    packaged: 'relayer',
    semver: releaseIn('deployed', 'relayer'),
    args: ['--config', folder.relayerConfig],
    env: foreignVariables(),
    logFile: folder.relayerLog,
  };
  await startService(service, base);
  const silence = new Silence();
  return {
    url: `http://127.0.0.1:${port}`,
    async blocked(movedMs, signal) {
      const answer = await askRelayer(port, signal);
      if (answer !== undefined) {
        silence.heard();
        return answer.blocked;
      }
      const { forMs, isTold } = silence.unheard(performance.now(), movedMs);
      return isTold ? `the relayer has not answered for ${Math.floor(forMs / 1_000)} s` : undefined;
    },
    async peakMemoryBytes() {
      const pid = (await serviceState(folder.relayerRoot))?.pid;
      return pid == null ? undefined : peakMemoryBytes(pid);
    },
  };
}
