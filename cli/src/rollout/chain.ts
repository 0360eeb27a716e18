import { PublicKey, TransactionMessage, VersionedTransaction } from '@solana/web3.js';
import type { GlobalConfig } from '#client';
import { explainError, readConfig, settlementInstructions } from '#client';
import { Held } from '../failure.ts';
import type { BatchRecord } from '../lane-history.ts';
import { newestFirst } from '../lane-search.ts';
import type { Desk } from '../operator/desk.ts';
import type { DeployedProgram } from '../program-upgrade/deployed.ts';
import { readDeployed } from '../program-upgrade/deployed.ts';
import { fromNode } from '../rpc.ts';
import type { Site } from './site.ts';
import type { Place } from './step.ts';

/** What is asked of the chain, without anything of the relayer. */

export async function configNow({ desk }: Pick<Place, 'desk'>): Promise<GlobalConfig> {
  const { value } = await fromNode(desk.rpcUrl, () => readConfig(desk.connection, desk.program, 'confirmed'));
  return value;
}

export const slotNow = ({ desk }: Pick<Place, 'desk'>): Promise<number> =>
  fromNode(desk.rpcUrl, () => desk.connection.getSlot('confirmed'));

const CANNOT_ROUTE = 'InvalidBatchVersion';
/** Refusals that come after the version byte was routed. */
const ROUTED = new Set(['MarketMigrated', 'Paused', 'NotActiveRelayer', 'VersionNotAllowed', 'MalformedBatch']);

/**
 * Whether the running bytecode has a processor for batches of this version: a batch of nothing but its version byte is simulated, and
 * the program routes before it looks at anything else. Nothing is signed.
 * @throws Held when the answer says neither
 */
export async function routes(place: Place, version: number): Promise<boolean> {
  const { connection, program, rpcUrl } = place.desk;
  const { activeRelayer } = await configNow(place);
  const data = Uint8Array.of(version);
  const batch = settlementInstructions(program).settleBatch({
    relayer: activeRelayer,
    market: place.site.market,
    data,
  });
  const message = new TransactionMessage({
    payerKey: activeRelayer,
    recentBlockhash: PublicKey.default.toBase58(),
    instructions: [batch],
  }).compileToV0Message();
  const { value } = await fromNode(rpcUrl, () =>
    connection.simulateTransaction(new VersionedTransaction(message), {
      ...{ sigVerify: false, replaceRecentBlockhash: true, commitment: 'confirmed' },
    }),
  );
  const name = value.err === null ? undefined : explainError(value.err, value.logs ?? [])?.name;
  if (name === CANNOT_ROUTE) return false;
  if (name !== undefined && ROUTED.has(name)) return true;
  throw new Held(
    'ROUTING_UNKNOWN',
    `the program's answer to a V${version} batch of one byte says nothing about routing: ${name ?? JSON.stringify(value.err)}`,
    'The active relayer must have a funded account for the simulation; otherwise compare the program with a release: `lockstep program show`.',
  );
}

/** What it takes to look at a market's batches. */
export interface BatchesPlace {
  readonly desk: Pick<Desk, 'connection' | 'program' | 'rpcUrl' | 'signal'>;
  readonly site: Pick<Site, 'market'>;
}

/**
 * The market's newest batch that fits, looked for among its newest transactions.
 * @throws LockstepError RPC_UNAVAILABLE; the signal's reason
 */
export const newestBatch = (
  place: BatchesPlace,
  fits: (batch: BatchRecord) => boolean,
  until: (batch: BatchRecord) => boolean,
): Promise<BatchRecord | undefined> => fromNode(place.desk.rpcUrl, () => firstOf(place, fits, until));

async function firstOf(
  { desk, site }: BatchesPlace,
  fits: (batch: BatchRecord) => boolean,
  until: (batch: BatchRecord) => boolean,
): Promise<BatchRecord | undefined> {
  const lane = { connection: desk.connection, program: desk.program, market: site.market };
  let looked = 0;
  for await (const oldestFirst of newestFirst(lane, desk.signal)) {
    for (const batch of oldestFirst.toReversed()) {
      if (fits(batch)) return batch;
      if (until(batch)) return undefined;
    }
    looked += oldestFirst.length;
    if (looked >= MOST_BATCHES) return undefined;
  }
  return undefined;
}

/** Batches looked at before a search gives up. */
const MOST_BATCHES = 2_000;

/** What the loader holds. @throws LockstepError PROGRAM_MISSING */
export const deployedProgram = ({ desk }: Place): Promise<DeployedProgram> =>
  fromNode(desk.rpcUrl, () => readDeployed(desk.connection, desk.program));
