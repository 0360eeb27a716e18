import type { PublicKey, TransactionInstruction } from '@solana/web3.js';
import type { Market } from '#client';
import { readMarket, readMarketHeader } from '#client';
import { land } from '../operator/land.ts';
import type { UpgradeKeys } from '../program-upgrade/keys.ts';
import { keysMissing, upgradeKeys } from '../program-upgrade/keys.ts';
import type { Evidence } from '../rollout/journal.ts';
import { fromNode } from '../rpc.ts';
import type { ForkScene, ForkSide } from './scene.ts';

/** Lands one transaction of the admin's. @throws LockstepError what `land` throws */
export async function landed(scene: ForkScene, ...instructions: TransactionInstruction[]): Promise<Evidence> {
  const { connection, rpcUrl, signal, output } = scene.desk;
  const { signer } = scene.authority;
  if (signer === undefined) throw keysMissing();
  const { signature, slot } = await land({
    ...{ connection, rpcUrl, signer, instructions, signal, commitment: 'confirmed' },
    onSigned: (signed) => output.say(`      signed ${signed}`),
  });
  return { signature, slot: `${slot}` };
}

/** Who signs, as the program's instructions want it. */
export function adminOf({ authority }: ForkScene): PublicKey {
  if (authority.address === undefined) throw keysMissing();
  return authority.address;
}

/** The admin's key, which pays for accounts, too. @throws LockstepError SIGNER_MISSING */
export async function keysOf({ keypair }: ForkScene): Promise<UpgradeKeys> {
  const keys = await upgradeKeys(keypair, process.env);
  if (keys === undefined) throw keysMissing();
  return keys;
}

export const headerAt = async ({ desk }: Pick<ForkScene, 'desk'>, { program, market }: ForkSide) =>
  (await fromNode(desk.rpcUrl, () => readMarketHeader(desk.connection, market, 'confirmed', program))).value;

export const marketAt = async ({ desk }: Pick<ForkScene, 'desk'>, { program, market }: ForkSide): Promise<Market> =>
  (await fromNode(desk.rpcUrl, () => readMarket(desk.connection, market, 'confirmed', program))).value;
