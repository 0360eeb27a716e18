import type { PublicKey, TransactionInstruction } from '@solana/web3.js';
import { TransactionMessage, VersionedTransaction } from '@solana/web3.js';
import type { Market } from '#client';
import { decodeMarket, MarketStatus, readConfig, settlementInstructions } from '#client';
import { failureError } from '../operator/refusal.ts';
import type { Evidence } from '../rollout/journal.ts';
import { siteError } from '../rollout/wait.ts';
import { fromNode } from '../rpc.ts';
import { Differences } from '../start/differences.ts';
import { sumsOf } from './balances.ts';
import { adminOf, headerAt, landed, marketAt } from './chain.ts';
import { ENTRIES_PER_IMPORT } from './costs.ts';
import { inPhase } from './maintenance.ts';
import { isHandedOver } from './nominate.ts';
import type { ForkScene } from './scene.ts';

/** The old market is closed, and its vaults are the new one's. */
export async function handedOver(scene: ForkScene): Promise<Evidence> {
  await inPhase(scene, 'upgrading');
  if (await isHandedOver(scene)) return { outcome: 'was handed over already' };
  const { handOver } = settlementInstructions(scene.old.program);
  return landed(
    scene,
    handOver({ ...(await accountsOf(scene)), market: scene.old.market, successorMarket: scene.next.market }),
  );
}

/** In one transaction: either the vaults are back and the old market is open, or nothing has changed. */
export async function takenBack(scene: ForkScene): Promise<Evidence> {
  if (!(await isHandedOver(scene))) return { outcome: 'was never handed over' };
  const accounts = await accountsOf(scene);
  const { abortImport } = settlementInstructions(scene.next.program);
  const { takeBack } = settlementInstructions(scene.old.program);
  return landed(
    scene,
    abortImport({ ...accounts, market: scene.next.market, oldMarket: scene.old.market }),
    takeBack({ ...accounts, market: scene.old.market }),
  );
}

async function accountsOf(scene: ForkScene) {
  const { baseVault, quoteVault } = await headerAt(scene, scene.old);
  return { admin: adminOf(scene), baseVault, quoteVault };
}

const importing = async (scene: ForkScene, maxEntries: number): Promise<TransactionInstruction> =>
  settlementInstructions(scene.next.program).importMarket({
    ...(await accountsOf(scene)),
    ...{ market: scene.next.market, oldMarket: scene.old.market, maxEntries },
  });

/** Copies all entries but the last: with that one the new market opens, and there is no way back. */
export async function imported(scene: ForkScene): Promise<Evidence> {
  const entries = (await marketAt(scene, scene.old)).traders.length;
  let transactions = 0;
  for (;;) {
    const { status, importedEntries } = await headerAt(scene, scene.next);
    if (status === MarketStatus.Open) return { entries, outcome: 'is open already' };
    const left = entries - 1 - importedEntries;
    if (left <= 0) return { entries, imported: importedEntries, transactions };
    scene.desk.signal.throwIfAborted();
    await landed(scene, await importing(scene, Math.min(left, ENTRIES_PER_IMPORT)));
    transactions += 1;
  }
}

/** Enough for the last entry, and for a market without any. */
const LAST = ENTRIES_PER_IMPORT;

/**
 * Has the node simulate the last import with a heartbeat behind it, and holds the market as it would be against the old one: every entry,
 * sum and counter. Nothing is sent.
 * @throws LockstepError REHEARSAL_DIFFERS, under the program's name what it refuses
 */
export async function rehearsed(scene: ForkScene): Promise<Evidence> {
  const { desk, next } = scene;
  const { connection, rpcUrl } = desk;
  const old = await marketAt(scene, scene.old);
  if ((await headerAt(scene, next)).status === MarketStatus.Open) return { outcome: 'is open already' };
  const last = await importing(scene, LAST);
  const { activeRelayer } = (await fromNode(rpcUrl, () => readConfig(connection, next.program, 'confirmed'))).value;
  const ping = settlementInstructions(next.program).ping({ relayer: activeRelayer, market: next.market, nonce: 0n });
  const market = await fromNode(rpcUrl, () => simulated(scene, [last, ping], next.market));
  const differences = new Differences();
  compareMarkets(old, market, differences);
  differences.compare('leaves', 2, market.header.tree.leafCount);
  requireNone(differences, 'REHEARSAL_DIFFERS', 'Nothing was opened. Take it back with --abort, and report it.');
  return {
    entries: market.traders.length,
    baseLots: `${sumsOf(market).baseLots}`,
    quoteAtoms: `${sumsOf(market).quoteAtoms}`,
  };
}

async function simulated(
  scene: ForkScene,
  instructions: readonly TransactionInstruction[],
  market: PublicKey,
): Promise<Market> {
  const { connection } = scene.desk;
  const message = new TransactionMessage({
    ...{ payerKey: adminOf(scene), recentBlockhash: `${market}`, instructions: [...instructions] },
  }).compileToV0Message();
  const { value } = await connection.simulateTransaction(new VersionedTransaction(message), {
    ...{ sigVerify: false, replaceRecentBlockhash: true, commitment: 'confirmed' },
    accounts: { encoding: 'base64', addresses: [`${market}`] },
  });
  if (value.err !== null) throw failureError(value.err, value.logs ?? []);
  return decodeMarket(Buffer.from(value.accounts?.[0]?.data[0] ?? '', 'base64'));
}

const COPIED = [
  ...(['baseMint', 'quoteMint', 'baseVault', 'quoteVault', 'baseLotAtoms', 'nextSequence', 'lastTradeId'] as const),
  ...(['lastSettledSlot', 'baseLotsTotal', 'quoteAtomsTotal', 'quoteFees', 'tradesSettled', 'tradesVoided'] as const),
  ...(['tradesSkipped', 'volumeBaseLots', 'volumeQuoteAtoms', 'recentDigests'] as const),
] as const;

function compareMarkets(old: Market, market: Market, differences: Differences): void {
  differences.compare('status', MarketStatus.Open, market.header.status);
  for (const field of COPIED) differences.compare(field, old.header[field], market.header[field]);
  differences.compare('entries', old.traders, market.traders);
  differences.compare('sums', sumsOf(old), sumsOf(market));
}

function requireNone(differences: Differences, code: string, advice: string): void {
  const [first] = differences.list;
  if (first === undefined) return;
  throw siteError(
    code,
    `${differences.list.length} differences; the first: ${first.what}: expected ${first.expected}, got ${first.found}`,
    advice,
  );
}

/** The last import: all is there, sums match, vaults cover them, and the new market opens. There is no way back from here. */
export async function opened(scene: ForkScene): Promise<Evidence> {
  if ((await headerAt(scene, scene.next)).status === MarketStatus.Open) return { outcome: 'is open already' };
  return { ...(await landed(scene, await importing(scene, LAST))), market: `${scene.next.market}` };
}
