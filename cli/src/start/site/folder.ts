import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Keypair } from '@solana/web3.js';
import { InputError } from '#feeder';

/** What is where in a site's folder; absolute paths. */
export interface SiteFolder {
  readonly dir: string;
  /** Where everything is, for `rollout` and `rollback`. */
  readonly siteFile: string;
  /** Key of admin and upgrade authority. */
  readonly adminKey: string;
  readonly relayerKey: string;
  readonly relayerConfig: string;
  readonly relayerLog: string;
  /** Root of the service. */
  readonly relayerRoot: string;
  readonly gatewayConfig: string;
  readonly engineRoot: string;
  readonly engineLog: string;
  readonly engineJournal: string;
}

const OWNER_ONLY = 0o700;

/**
 * A folder of the site's own. One with something in it is refused: journals and keys of another market must not be mixed with ours.
 * @throws InputError SITE_OCCUPIED
 */
export async function openSiteFolder(given: string): Promise<SiteFolder> {
  const dir = resolve(given);
  try {
    await mkdir(dir, { recursive: true, mode: OWNER_ONLY });
    if ((await readdir(dir)).length > 0) throw occupied(dir, 'is not empty');
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw occupied(dir, `cannot be used: ${(error as NodeJS.ErrnoException).code ?? error}`);
  }
  const at = (name: string) => join(dir, name);
  return {
    dir,
    siteFile: at('site.json'),
    adminKey: at('admin.json'),
    relayerKey: at('relayer-key.json'),
    relayerConfig: at('relayer.json'),
    relayerLog: at('relayer.log'),
    relayerRoot: at('relayer'),
    gatewayConfig: at('gateway.json'),
    engineRoot: at('engine'),
    engineLog: at('engine.log'),
    engineJournal: at('engine.journal'),
  };
}

/** As the Solana tools write it, for its owner only. */
export const writeKey = (file: string, { secretKey }: Keypair): Promise<void> =>
  writeFile(file, JSON.stringify([...secretKey]), { mode: 0o600 });

const occupied = (dir: string, why: string): InputError =>
  new InputError('SITE_OCCUPIED', `${dir} ${why}`, 'Name a new folder with --site, or empty that one.');
