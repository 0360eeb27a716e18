import { PublicKey } from '@solana/web3.js';
import { createMarketAccount, LockstepError, MarketStatus, marketSpace, settlementInstructions } from '#client';
import { Held } from '../failure.ts';
import { configNow, slotNow } from '../rollout/chain.ts';
import type { Evidence } from '../rollout/journal.ts';
import { siteError, waitFor } from '../rollout/wait.ts';
import { fromNode } from '../rpc.ts';
import { createSender, step } from '../transactions.ts';
import { adminOf, headerAt, keysOf, landed } from './chain.ts';
import type { ForkScene } from './scene.ts';
import { keptMarketKey } from './sides.ts';

/** The timelock begins: whoever does not want to go along can leave before the hand-over. */
export async function nominated(scene: ForkScene): Promise<Evidence> {
  const { nominateSuccessor } = settlementInstructions(scene.old.program);
  const program = scene.next.program;
  const before = await configNow(scene);
  const evidence = before.successor.program.equals(program)
    ? { outcome: 'is nominated already' }
    : await landed(scene, nominateSuccessor({ admin: adminOf(scene), program }));
  return { ...evidence, program: `${program}`, unlockSlot: `${(await configNow(scene)).successor.unlockSlot}` };
}

export async function nominationWithdrawn(scene: ForkScene): Promise<Evidence> {
  const { successor } = await configNow(scene);
  if (!successor.program.equals(scene.next.program)) return { outcome: 'is not nominated' };
  const { nominateSuccessor } = settlementInstructions(scene.old.program);
  return landed(scene, nominateSuccessor({ admin: adminOf(scene), program: PublicKey.default }));
}

/** The new market, empty, bound to the old one. @throws LockstepError MARKET_KEY_MISSING */
export async function prepared(scene: ForkScene): Promise<Evidence> {
  const { desk, old, next } = scene;
  const { connection, rpcUrl, signal } = desk;
  if (await isThere(scene)) return { market: `${next.market}`, outcome: 'is there already' };
  const marketKey = keptMarketKey(scene);
  if (marketKey === undefined) {
    throw siteError(
      'MARKET_KEY_MISSING',
      `the key of market ${next.market} is not in ${scene.folder} any more`,
      'Nothing was stopped yet. Take it back with --abort, and begin anew.',
    );
  }
  const { payer } = await keysOf(scene);
  return fromNode(rpcUrl, async () => {
    const account = await connection.getAccountInfo(old.market, 'confirmed');
    const capacity = capacityOf(account?.data.length ?? 0);
    const space = marketSpace(capacity);
    const { prepareImport } = settlementInstructions(next.program);
    const created = createMarketAccount({
      ...{ payer: payer.publicKey, market: next.market, capacity, programId: next.program },
      lamports: await connection.getMinimumBalanceForRentExemption(space),
    });
    const bound = prepareImport({ admin: payer.publicKey, market: next.market, oldMarket: old.market });
    await createSender(connection, payer, signal).together([step([created, bound], marketKey)]);
    return { market: `${next.market}`, bytes: space };
  });
}

/** Entries an account of so many bytes has room for. */
const capacityOf = (bytes: number): number => Math.floor((bytes - marketSpace(0)) / (marketSpace(1) - marketSpace(0)));

/** @throws LockstepError MARKET_DIFFERS */
async function isThere(scene: ForkScene): Promise<boolean> {
  const header = await headerAt(scene, scene.next).catch((error: unknown) => {
    if (error instanceof LockstepError && error.code === 'ACCOUNT_MISSING') return undefined;
    throw error;
  });
  if (header === undefined) return false;
  if (header.predecessorMarket.equals(scene.old.market)) return true;
  throw siteError(
    'MARKET_DIFFERS',
    `market ${scene.next.market} is there, and continues ${header.predecessorMarket}, not ${scene.old.market}`,
    'Take it back with --abort, and begin anew.',
  );
}

/** Waits, while trades settle, until the hand-over is allowed. @throws Held TIMELOCK_RUNNING */
export async function unlocked(scene: ForkScene): Promise<Evidence> {
  const { successor } = await configNow(scene);
  if (!successor.program.equals(scene.next.program)) {
    throw siteError(
      'CONFIG_MOVED',
      'the nomination was withdrawn meanwhile',
      'Find out by whom. Take it back with --abort, and begin anew.',
    );
  }
  const { unlockSlot } = successor;
  const error = (why: string) =>
    new Held(
      'TIMELOCK_RUNNING',
      why,
      'Trades settle meanwhile, and nothing is stopped. Run the same command again when it is over.',
    );
  return waitFor<Evidence>(scene, { timeoutMs: scene.patience.clearMs, error }, async () => {
    const slot = await slotNow(scene);
    if (BigInt(slot) >= unlockSlot) return { found: { unlockSlot: `${unlockSlot}`, slot } };
    return { missing: `the timelock is over at slot ${unlockSlot}, ${unlockSlot - BigInt(slot)} slots from now` };
  });
}

/** Whether the old market has gone to this fork's new one. @throws LockstepError MARKET_DIFFERS */
export async function isHandedOver(scene: ForkScene): Promise<boolean> {
  const { status, successorMarket } = await headerAt(scene, scene.old);
  if (status !== MarketStatus.Migrated) return false;
  if (successorMarket.equals(scene.next.market)) return true;
  throw siteError(
    'MARKET_DIFFERS',
    `market ${scene.old.market} was handed over to ${successorMarket}, not to ${scene.next.market}`,
    'Another fork did that: find out which before anything else.',
  );
}
