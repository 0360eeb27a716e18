import { ScheduleMask } from '../constants.ts';
import type { Slot } from '../units.ts';
import type { GlobalConfig, SchedulableFields, ScheduledChange } from './config.ts';

/** The configuration as the program reads it at some slot: an activated schedule is folded in. */
export type EffectiveConfig = Omit<GlobalConfig, 'schedule'>;

/** What every instruction at `slot` goes by; a schedule takes effect at its slot without a transaction. */
export function effectiveConfig(config: GlobalConfig, slot: Slot): EffectiveConfig {
  const { schedule, ...base } = config;
  return isScheduleActive(schedule, slot) ? { ...base, ...scheduledFields(schedule) } : base;
}

/** Set and in force at `slot`; it stays stored until the next change of the config folds it in. */
export const isScheduleActive = ({ activationSlot }: ScheduledChange, slot: Slot): boolean =>
  activationSlot !== 0n && slot >= activationSlot;

/** Only the fields its mask names. */
export function scheduledFields(change: ScheduledChange): Partial<SchedulableFields> {
  const fields = Object.keys(ScheduleMask) as (keyof typeof ScheduleMask)[];
  return Object.fromEntries(
    fields.filter((field) => (change.mask & ScheduleMask[field]) !== 0).map((field) => [field, change[field]]),
  );
}
