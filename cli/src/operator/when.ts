import type { Connection } from '@solana/web3.js';
import { InvalidArgumentError } from 'commander';
import type { Slot } from '#client';
import { LockstepError, slot } from '#client';
import { fromNode } from '../rpc.ts';
import type { Desk } from './desk.ts';

/** When a scheduled change takes effect: exactly one of the three. */
export interface When {
  readonly atSlot?: Slot;
  readonly inSlots?: number;
  /** Milliseconds. */
  readonly in?: number;
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads `90s`, `15m`, `2h`, `1d`, `1h30m`; answers milliseconds. */
export function duration(text: string): number {
  const parts = [...text.matchAll(/(\d{1,6})([smhd])/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) {
    throw new InvalidArgumentError('It must be a time as in 90s, 15m, 2h, 1d or 1h30m.');
  }
  return parts.reduce((ms, [, count, unit = '']) => ms + Number(count) * (UNIT_MS[unit] ?? 0), 0);
}

/**
 * The slot meant; a time is turned into slots by how long slots took lately, and says so.
 * @throws LockstepError OPTION_INVALID, SLOT_TIME_UNKNOWN, RPC_UNAVAILABLE
 */
export async function activationOf(desk: Desk, when: When): Promise<Slot> {
  const { atSlot, inSlots, in: inMs } = when;
  if ([atSlot, inSlots, inMs].filter((given) => given !== undefined).length !== 1) throw notOne();
  if (atSlot !== undefined) return atSlot;
  const { connection, output, rpcUrl } = desk;
  const now = await fromNode(rpcUrl, () => connection.getSlot('confirmed'));
  if (inSlots !== undefined) return slot(now + inSlots);
  const slotMs = await fromNode(rpcUrl, () => recentSlotMs(connection, now));
  const slots = Math.ceil((inMs ?? 0) / slotMs);
  output.say(
    `estimated: ${slots} slots at ${slotMs.toFixed(0)} ms each, as the last ones took; slots decide, not the time`,
  );
  return slot(now + slots);
}

/** Block times are whole seconds: over so many slots that is an error of a percent. */
const SAMPLE_SLOTS = 1_000;

async function recentSlotMs(connection: Connection, now: number): Promise<number> {
  const blocks = await connection.getBlocks(Math.max(0, now - SAMPLE_SLOTS), now, 'confirmed');
  const [first = now, last = now] = [blocks[0], blocks.at(-1)];
  const [from, to] = await Promise.all([connection.getBlockTime(first), connection.getBlockTime(last)]);
  if (from !== null && to !== null && to > from) return ((to - from) * 1_000) / (last - first);
  throw new LockstepError(
    'SLOT_TIME_UNKNOWN',
    'the node does not tell how long its last slots took',
    'Give --in-slots or --at-slot instead of --in.',
  );
}

const notOne = (): LockstepError =>
  new LockstepError('OPTION_INVALID', 'a schedule needs exactly one time', 'Give --at-slot, --in-slots or --in.');
