import type { Connection, PublicKey } from '@solana/web3.js';
import type { At, GlobalConfig, Slot } from '#client';
import { effectiveConfig, LockstepError, readConfig } from '#client';
import { versionNames } from '../operator/names.ts';
import type { WantedObject } from './wanted.ts';

/** What an operator should know before the object runs: what the config allows, or will, and the object does not settle. */
export async function warningsFor(
  connection: Connection,
  program: PublicKey,
  { batchVersions, release }: WantedObject,
): Promise<string[]> {
  if (batchVersions === undefined) return ['these bytes are none of the releases: nothing is known about what they do'];
  const read = await configOf(connection, program);
  if (read === undefined) return [];
  const { value: config, slot } = read;
  const settled = batchVersions.map((version) => `V${version}`);
  const unsettled = (at: Slot) =>
    versionNames(effectiveConfig(config, at).allowedBatchVersions).filter((name) => !settled.includes(name));
  const now = unsettled(slot);
  const { activationSlot } = config.schedule;
  const later = activationSlot > slot ? unsettled(activationSlot).filter((name) => !now.includes(name)) : [];
  const only = `settlement ${release} settles ${settled.join(' and ')}`;
  return [
    ...now.map(
      (name) => `the config allows ${name}, and ${only}: batches of ${name} will be refused, set the versions first`,
    ),
    ...later.map(
      (name) => `from slot ${activationSlot} on the config allows ${name}, and ${only}: cancel the schedule first`,
    ),
  ];
}

async function configOf(connection: Connection, program: PublicKey): Promise<At<GlobalConfig> | undefined> {
  try {
    return await readConfig(connection, program, 'confirmed');
  } catch (error) {
    // A program whose config was never made.
    if (error instanceof LockstepError && error.code === 'ACCOUNT_MISSING') return undefined;
    throw error;
  }
}
