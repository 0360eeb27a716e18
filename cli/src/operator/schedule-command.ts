import type { PublicKey } from '@solana/web3.js';
import type { Command } from 'commander';
import { LockstepError, U32_MAX } from '#client';
import { address, whole } from '../arguments.ts';
import type { Streams } from '../output.ts';
import type { FieldEdits } from './changes.ts';
import { changeCommand } from './command.ts';
import type { FeeEdit } from './fees.ts';
import { feeEdit } from './fees.ts';
import type { FlagEdit } from './names.ts';
import { flagEdit, versions } from './names.ts';
import { addressOrNone, amount, slotNumber } from './options.ts';
import type { When } from './when.ts';
import { activationOf, duration } from './when.ts';

interface ScheduleOptions extends When {
  readonly versions?: number;
  readonly minBatch?: number;
  readonly maxBatchAge?: bigint;
  readonly relayer?: PublicKey;
  readonly attestor?: PublicKey;
  readonly flags?: FlagEdit;
  readonly fees?: FeeEdit;
  readonly withdrawalDelay?: bigint;
}

/** Farther than that is a slip: four years at 400 ms. */
const MAX_SLOTS_AHEAD = 315_000_000;

/** `lockstep config schedule`: a change that takes effect by itself at a slot. */
export function scheduleCommand(streams: Streams): Command {
  const describe = 'change several fields together at a slot to come, without another transaction';
  return changeCommand<undefined, ScheduleOptions>(
    streams,
    'schedule',
    describe,
    async ({ changes, options, desk }) => {
      const edits = editsOf(options);
      return changes.schedule('schedule', await activationOf(desk, options), edits);
    },
  )
    .option('--at-slot <slot>', 'when', slotNumber)
    .option('--in-slots <slots>', 'when, from now', whole(1, MAX_SLOTS_AHEAD))
    .option('--in <time>', 'when, from now: 90s, 15m, 2h, 1d; turned into slots by how long they took lately', duration)
    .option('--versions <versions>', 'batch versions: V1, V2 or V1+V2', versions)
    .option('--min-batch <trades>', 'smallest batch that need not wait', whole(0, U32_MAX))
    .option('--max-batch-age <slots>', 'after so many slots any batch settles', amount)
    .option('--relayer <address>', 'the key that settles', address)
    .option('--attestor <address>', 'the key that co-signs, or none', addressOrNone)
    .option('--flags <flags>', 'joined by commas, as --flags=+NAME,-NAME', flagEdit)
    .option('--fees <tiers>', 'joined by commas, as 0=2/10,1=2/8', feeEdit)
    .option('--withdrawal-delay <slots>', 'from request to execution', amount);
}

/** @throws LockstepError OPTION_INVALID when nothing is to change */
function editsOf(options: ScheduleOptions): FieldEdits {
  const { flags, fees } = options;
  const fields = {
    allowedBatchVersions: options.versions,
    minBatchSize: options.minBatch,
    maxBatchAgeSlots: options.maxBatchAge,
    activeRelayer: options.relayer,
    attestor: options.attestor,
    withdrawalDelaySlots: options.withdrawalDelay,
    flags,
    fees,
  };
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  if (Object.keys(given).length > 0) return given;
  throw new LockstepError(
    'OPTION_INVALID',
    'a schedule needs at least one field to change',
    'Name one, as in --versions or --min-batch; --help lists them.',
  );
}
