import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Keypair } from '@solana/web3.js';
import { replaceFile } from '../service/replace-file.ts';
import { operatorFrom } from '../start/place/operator.ts';
import type { ForkPlan } from './plan.ts';
import type { ForkScene, ForkSide } from './scene.ts';

const MARKET_KEY = 'market-key.json';

/** Where trades settle after the fork, and the key of a market that has to be made for it. */
export interface NextSide extends ForkSide {
  readonly marketKey: Keypair | undefined;
}

/** @throws LockstepError KEYPAIR_UNREADABLE, KEYPAIR_EXPOSED */
export async function nextSideOf(plan: ForkPlan, old: ForkSide): Promise<NextSide> {
  if (plan.kind === 'in-place') return { ...old, marketKey: undefined };
  const program = (await operatorFrom(plan.programKeypair)).publicKey;
  const marketKey = Keypair.generate();
  return { program, market: marketKey.publicKey, marketKey };
}

/** Kept before anything names its address: whoever goes on must be able to sign with it. */
export function keepMarketKey(folder: string, marketKey: Keypair | undefined): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (marketKey !== undefined) replaceFile(join(folder, MARKET_KEY), JSON.stringify([...marketKey.secretKey]));
}

/** Undefined when it is gone: then only a market that is there already can be gone on with. */
export function keptMarketKey({ folder }: Pick<ForkScene, 'folder'>): Keypair | undefined {
  const file = join(folder, MARKET_KEY);
  if (!existsSync(file)) return undefined;
  return Keypair.fromSecretKey(Uint8Array.from(JSON.parse(readFileSync(file, 'utf8')) as number[]));
}
