import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { settlementInstructions } from '#client';
import type { BatchRecord } from '../../../cli/src/lane-history.ts';
import { readLaneHistory } from '../../../cli/src/lane-history.ts';
import { lockstep } from '../../support/lockstep.ts';
import type { Scene } from './scene.ts';

/** Sets the batch versions the config allows. */
export function allow({ venue, keys, operate }: Scene, allowedBatchVersions: number): Promise<void> {
  const { setAllowedVersions } = settlementInstructions(venue.program);
  return operate(setAllowedVersions({ admin: keys.operator.publicKey, allowedBatchVersions }));
}

/** Puts another release in the program's place, as an operator does. @throws Error with what the command said */
export async function upgradeProgram({ chain, keys, venue, dir }: Scene, release: string): Promise<void> {
  const keyFile = join(dir, 'operator.json');
  await writeFile(keyFile, JSON.stringify([...keys.operator.secretKey]), { mode: 0o600 });
  const place = ['--rpc', chain.rpcUrl, '--program', venue.program.toBase58(), '--keypair', keyFile];
  const { code, stderr } = await lockstep('program', 'upgrade', '--release', release, ...place, '--yes');
  if (code !== 0) throw new Error(`the upgrade failed: ${stderr}`);
}

/** Every batch on-chain, in order. */
export async function batchesOf({ venue }: Scene): Promise<BatchRecord[]> {
  const batches: BatchRecord[] = [];
  for await (const record of readLaneHistory(venue)) if (record.kind === 'batch') batches.push(record);
  return batches;
}
