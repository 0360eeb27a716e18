import { TreeVersion } from '#client';
import type { FlightPlace } from '../ping/flight.ts';
import { fly } from '../ping/flight.ts';
import { relayerKey } from '../ping/key.ts';
import { differenceLines } from '../ping/report.ts';
import type { Evidence } from '../rollout/journal.ts';
import { siteError } from '../rollout/wait.ts';
import type { Difference } from '../start/differences.ts';
import { Differences } from '../start/differences.ts';
import { comparedSums } from './balances.ts';
import { inPhase } from './maintenance.ts';
import { readNewTree } from './new-tree.ts';
import type { ForkScene, ForkSide } from './scene.ts';
import { evidenceOf } from './scene.ts';

/**
 * The test flight over the new side, while it still stands still: a heartbeat with all it did, the balances added up again, the cursor where it was
 * when settlement was paused.
 * @throws LockstepError FLIGHT_DIFFERS with each difference
 */
export async function verified(scene: ForkScene): Promise<Evidence> {
  await inPhase(scene, 'verifying');
  const { connection, rpcUrl, signal, output } = scene.desk;
  const signer = await relayerKey(undefined, scene.site, process.env);
  const say = (line: string) => output.say(`      ${line}`);
  const place = { connection, rpcUrl, ...scene.next, signer, signal, say };
  const flight = await fly({ ...place, ...shortTree(scene) }, 'ping');
  const { sums, market, differences } = await comparedSums(scene, scene.next);
  const moved = new Differences();
  const { nextSequence, lastTradeId } = evidenceOf(scene.operation(), 'pause');
  moved.compare('cursor', { nextSequence, lastTradeId }, market.header);
  const all = [...flight.differences, ...differences, ...moved.list];
  if (all.length > 0) throw differs(all, scene.next, say);
  return { signature: flight.signature, root: Buffer.from(flight.root ?? []).toString('hex'), ...textOf(sums) };
}

/**
 * A tree that this fork has begun has the root of before as its first leaf, and few others: the market's whole history need not be read
 * while everybody waits.
 */
function shortTree(scene: ForkScene): Pick<FlightPlace, 'readTree'> {
  const { treeVersion } = evidenceOf(scene.operation(), 'preflight');
  if (scene.plan.kind === 'in-place' && treeVersion !== TreeVersion.Fixed) return {};
  const { root, nextSequence } = evidenceOf(scene.operation(), 'pause');
  const lane = { connection: scene.desk.connection, ...scene.next };
  const begun = { root: Buffer.from(`${root}`, 'hex'), nextSequence: BigInt(`${nextSequence}`) };
  return { readTree: ({ leafCount }) => readNewTree(lane, begun, leafCount, scene.desk.signal) };
}

const textOf = (sums: object): Record<string, string> =>
  Object.fromEntries(Object.entries(sums).map(([name, value]) => [name, `${value}`]));

function differs(differences: readonly Difference[], { market }: ForkSide, say: (line: string) => void) {
  for (const line of differenceLines(differences)) say(line);
  const [first] = differences;
  return siteError(
    'FLIGHT_DIFFERS',
    `market ${market} is not what it must be: ${differences.length} differences, the first: ${first?.what}: expected ${first?.expected}, got ${first?.found}`,
    'Settlement is paused, nothing was resumed. Take it back with --abort, or find the reason and run the same command again.',
  );
}
