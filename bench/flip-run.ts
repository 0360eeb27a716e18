import { setTimeout as sleep } from 'node:timers/promises';
import { settlementInstructions, VersionBit } from '#client';
import type { Localnet } from '#localnet';
import { readLaneHistory } from '../cli/src/lane-history.ts';
import type { World } from '../tests/relayer/venue.ts';
import { openWorld } from '../tests/relayer/venue.ts';
import { keepTrading } from './keep-trading.ts';

/** One switch of the allowed batch versions. Milliseconds. */
export interface Flip {
  /** From the sender's knowledge that the switch is confirmed until the first batch of the new version is. */
  readonly confirmedToBatchMs: number;
  /** From sending the switch until then. */
  readonly sentToBatchMs: number;
}

/** As the embedded node of `lockstep start`. */
export const SLOT_MS = 40;
/** A relayer's own defaults, where tests have others. */
const AS_IN_USE = { maxBatchAgeMs: 200, finalityPollMs: 1_000, statusPollMs: 400, retryMaxMs: 2_000, resendMs: 500 };
const STEP_MS = 20;
/** Batches behind a switch: the first of the new version is among them. */
const BATCHES = 8;
const POLL_MS = 5;
const MASKS = [VersionBit.V1 | VersionBit.V2, VersionBit.V1] as const;

interface Switched {
  readonly version: number;
  readonly slot: bigint;
  readonly sentAt: number;
  readonly confirmedAt: number;
}

/** Switches to and fro on one market while trades keep coming, and looks afterwards at what landed when. */
export async function measureFlips(runs: number): Promise<Flip[]> {
  const endings: (() => Promise<void>)[] = [];
  try {
    const world = await openWorld({ after: (end) => void endings.push(end) }, { slotMs: SLOT_MS, release: '0.2.0' });
    const clock = slotClock(world.chain);
    endings.push(async () => clock.stop());
    const relayer = await world.start(AS_IN_USE);
    endings.push(keepTrading(world, STEP_MS));
    const more = async () => {
      const enough = relayer.status().batches + BATCHES;
      while (relayer.status().batches < enough) await sleep(POLL_MS);
    };
    await more();
    const switches: Switched[] = [];
    for (let run = 0; run < runs; run += 1) {
      const mask = MASKS[run % MASKS.length] ?? VersionBit.V1;
      switches.push(await switchTo(world, mask));
      await more();
    }
    return await flipsOf(world, switches, (slot) => clock.endOf(slot));
  } finally {
    for (const end of endings.reverse()) await end();
  }
}

async function switchTo({ venue, keys, chain, land }: World, allowedBatchVersions: number): Promise<Switched> {
  const { setAllowedVersions } = settlementInstructions(venue.program);
  const [slot, sentAt] = [chain.slot, performance.now()];
  await land(keys.operator, setAllowedVersions({ admin: keys.operator.publicKey, allowedBatchVersions }));
  const version = allowedBatchVersions === VersionBit.V1 ? 1 : 2;
  return { version, slot, sentAt, confirmedAt: performance.now() };
}

async function flipsOf(
  { venue }: World,
  switches: readonly Switched[],
  endOf: (slot: number) => number,
): Promise<Flip[]> {
  const batches: { readonly slot: number; readonly version: number }[] = [];
  for await (const record of readLaneHistory(venue)) {
    if (record.kind === 'batch') batches.push({ slot: record.slot, version: record.batch.version });
  }
  return switches.map(({ version, slot, sentAt, confirmedAt }) => {
    const first = batches.find((batch) => BigInt(batch.slot) >= slot && batch.version === version);
    if (first === undefined) throw new Error(`no V${version} batch followed the switch at slot ${slot}`);
    const landedAt = endOf(first.slot);
    return { confirmedToBatchMs: Math.max(0, landedAt - confirmedAt), sentToBatchMs: landedAt - sentAt };
  });
}

/** When each slot ended, which is when what landed in it was confirmed. */
function slotClock(chain: Localnet) {
  const begins = new Map<number, number>();
  const look = setInterval(() => {
    const slot = Number(chain.slot);
    if (!begins.has(slot)) begins.set(slot, performance.now());
  }, 1);
  return {
    endOf(slot: number): number {
      // A busy machine may have passed over a slot.
      for (let next = slot + 1; next <= slot + BATCHES; next += 1) {
        const begin = begins.get(next);
        if (begin !== undefined) return begin;
      }
      throw new Error(`slot ${slot} was not seen to end`);
    },
    stop: () => clearInterval(look),
  };
}
