import { LAMPORTS_PER_SOL, PublicKey } from '@solana/web3.js';
import type { GlobalConfig } from '#client';
import { configAddress } from '#client';
import { pause } from '../pause.ts';
import { missingChunks } from '../program-upgrade/chunks.ts';
import { holds, readDeployed } from '../program-upgrade/deployed.ts';
import { extensionFor } from '../program-upgrade/extend.ts';
import { wantedObject } from '../program-upgrade/wanted.ts';
import { configNow } from '../rollout/chain.ts';
import { fromNode } from '../rpc.ts';
import { BUFFER_HEADER_BYTES, PROGRAM_BYTES, PROGRAM_DATA_HEADER_BYTES } from '../start/place/loader.ts';
import { marketAt } from './chain.ts';
import type { ForkScene } from './scene.ts';

/** An account that the fork makes or enlarges. */
export interface CostLine {
  readonly account: string;
  readonly bytes: number;
  readonly lamports: number;
  /** Where the rent goes when the fork is over. */
  readonly stays: boolean;
}

/** What a fork takes; by the chain as it is now. */
export interface Costs {
  readonly accounts: readonly CostLine[];
  readonly transactions: { readonly whileLive: number; readonly whileDown: number };
  /** Rent and fees, at most. */
  readonly lamports: number;
  readonly slotMs: number;
  /** From the last batch before to the first one after, if nothing holds it up. */
  readonly expectedDowntimeMs: number;
}

/** The kept tree: discriminator, next sequence, tree version 1. */
const PREVIOUS_TREE_BYTES = 8 + 8 + 1_064;
/** Entries copied by one transaction. */
export const ENTRIES_PER_IMPORT = 200;
const SIGNATURE_LAMPORTS = 5_000;
/** Finality, and the slots a transaction takes to be confirmed. */
const FINAL_SLOTS = 32;
const SLOTS_PER_TRANSACTION = 2;
/** A service ends, another release starts, and has its lane again. */
const SWITCH_MS = 3_000;
/** The engine and the relayer look at their requests at least once a second. */
const NOTICE_MS = 2_000;
const SAMPLE_MS = 1_000;

/** @throws LockstepError RPC_UNAVAILABLE, RELEASE_MISSING, RELEASE_ALTERED */
export async function costsOf(scene: ForkScene): Promise<Costs> {
  const { connection, rpcUrl } = scene.desk;
  const config = await configNow(scene);
  return fromNode(rpcUrl, async () => {
    const rent = (bytes: number) => connection.getMinimumBalanceForRentExemption(bytes);
    const { accounts, transactions } =
      scene.plan.kind === 'in-place' ? await inPlace(scene, rent) : await successor(scene, rent);
    const slotMs = await slotMsOf(scene);
    const fees = (transactions.whileLive + transactions.whileDown) * SIGNATURE_LAMPORTS;
    const lamports = accounts.reduce((sum, line) => sum + line.lamports, fees);
    const expectedDowntimeMs = downtimeMs(scene, config, slotMs, transactions.whileDown);
    return { accounts, transactions, lamports, slotMs, expectedDowntimeMs };
  });
}

type Rent = (bytes: number) => Promise<number>;
type Counted = Pick<Costs, 'accounts' | 'transactions'>;

async function inPlace({ desk, plan }: ForkScene, rent: Rent): Promise<Counted> {
  const { object } = wantedObject({ release: plan.program });
  const deployed = await readDeployed(desk.connection, desk.program);
  const tree = await line('previous state tree', PREVIOUS_TREE_BYTES, rent, false);
  // Pause, migration, heartbeat, unpause.
  if (holds(deployed.bytes, object)) return { accounts: [tree], transactions: { whileLive: 0, whileDown: 4 } };
  const buffer = await line('buffer', BUFFER_HEADER_BYTES + object.length, rent, false);
  const extendBy = extensionFor(deployed, object);
  const room = PROGRAM_DATA_HEADER_BYTES + deployed.bytes.length;
  const more = { account: 'program data, extended by', bytes: extendBy, stays: true };
  const extended = { ...more, lamports: (await rent(room + extendBy)) - (await rent(room)) };
  const pieces = chunksOf(object);
  const whileLive = 1 + pieces + (extendBy > 0 ? 1 : 0);
  return {
    accounts: [buffer, ...(extendBy > 0 ? [extended] : []), tree],
    transactions: { whileLive, whileDown: 5 },
  };
}

async function successor(scene: ForkScene, rent: Rent): Promise<Counted> {
  const { desk, plan, old } = scene;
  const { object } = wantedObject({ release: plan.program });
  const [config, market] = await desk.connection.getMultipleAccountsInfo([configAddress(old.program), old.market]);
  const { traders } = await marketAt(scene, old);
  const accounts = await Promise.all([
    line('buffer', BUFFER_HEADER_BYTES + object.length, rent, false),
    line('program', PROGRAM_BYTES, rent, true),
    line('program data', PROGRAM_DATA_HEADER_BYTES + object.length, rent, true),
    line('config', config?.data.length ?? 0, rent, true),
    line('market', market?.data.length ?? 0, rent, true),
  ]);
  const pieces = chunksOf(object);
  // Buffer and deployment; config, its pause, predecessor; nomination; market.
  const whileLive = pieces + 2 + 3 + 1 + 1;
  // Pause, hand-over, the last import, heartbeat, unpause; and the imports before the last.
  const whileDown = 5 + Math.ceil(Math.max(0, traders.length - 1) / ENTRIES_PER_IMPORT);
  return { accounts, transactions: { whileLive, whileDown } };
}

const line = async (account: string, bytes: number, rent: Rent, stays: boolean): Promise<CostLine> => ({
  ...{ account, bytes, lamports: await rent(bytes), stays },
});

/** Whose buffer it is changes nothing of their number. */
const chunksOf = (object: Buffer): number => missingChunks(object, PublicKey.default, PublicKey.default).length;

async function slotMsOf({ desk: { connection, signal } }: ForkScene): Promise<number> {
  const [from, at] = [await connection.getSlot('processed'), performance.now()];
  await pause(SAMPLE_MS, signal);
  const slots = Math.max(1, (await connection.getSlot('processed')) - from);
  return Math.round((performance.now() - at) / slots);
}

function downtimeMs({ plan }: ForkScene, { maxBatchAgeSlots }: GlobalConfig, slotMs: number, transactions: number) {
  const slots = Number(maxBatchAgeSlots) + FINAL_SLOTS + transactions * SLOTS_PER_TRANSACTION;
  const switches =
    plan.kind === 'successor' ? 1 : Number(plan.relayer !== undefined) + Number(plan.engine !== undefined);
  return slots * slotMs + switches * SWITCH_MS + NOTICE_MS;
}

export function* costLines({ accounts, transactions, lamports, slotMs, expectedDowntimeMs }: Costs): Generator<string> {
  for (const { account, bytes, lamports: rent, stays } of accounts) {
    yield `  ${account.padEnd(26)} ${`${bytes}`.padStart(9)} bytes  ${sol(rent)} SOL${stays ? '' : ', given back'}`;
  }
  yield `  transactions               ${transactions.whileLive} while trades settle, ${transactions.whileDown} while they do not`;
  yield `  at most                    ${sol(lamports)} SOL of rent and fees`;
  yield `  expected downtime          ${(expectedDowntimeMs / 1_000).toFixed(1)} s, at ${slotMs} ms a slot`;
}

export const sol = (lamports: number): string => (lamports / LAMPORTS_PER_SOL).toFixed(6);
