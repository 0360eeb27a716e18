import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { InputError } from '#feeder/input-error';
import type { Signer } from '#relayer';
import { loadSigner } from '#relayer';
import type { Site } from '../rollout/site.ts';

/** Environment variable that may hold the active relayer's key itself. */
const KEYPAIR_ENV = 'LOCKSTEP_RELAYER_KEYPAIR';

const settingsSchema = z.object({ keypairFile: z.string().min(1).optional() });

/**
 * The active relayer's key: of the file that is named, of the environment, or of the file the site's relayer signs with.
 * @throws InputError SIGNER_MISSING; LockstepError KEYPAIR_UNREADABLE, KEYPAIR_EXPOSED; none quotes the key
 */
export async function relayerKey(
  keypair: string | undefined,
  site: Pick<Site, 'relayer'> | undefined,
  env: NodeJS.ProcessEnv,
): Promise<Signer> {
  const file = keypair ?? (env[KEYPAIR_ENV] === undefined ? await keyFileOf(site) : undefined);
  if (file === undefined && env[KEYPAIR_ENV] === undefined) {
    throw new InputError(
      'SIGNER_MISSING',
      'nobody signs',
      `Give the active relayer's key with --keypair FILE or in ${KEYPAIR_ENV}, or a site whose \`relayer.config\` names its settings.`,
    );
  }
  return loadSigner({ keypairFile: file, keypairEnv: KEYPAIR_ENV }, env);
}

async function keyFileOf(site: Pick<Site, 'relayer'> | undefined): Promise<string | undefined> {
  const config = site?.relayer.config;
  if (config === undefined) return undefined;
  try {
    const { keypairFile } = settingsSchema.parse(JSON.parse(await readFile(config, 'utf8')));
    return keypairFile === undefined ? undefined : resolve(dirname(config), keypairFile);
  } catch {
    throw new InputError(
      'SIGNER_MISSING',
      `the relayer's settings in ${config} cannot be read`,
      'Correct `relayer.config` in the site file, or give the key with --keypair.',
    );
  }
}
