import { ScheduleMask } from '../constants.ts';
import type { Slot } from '../units.ts';
import type { GlobalConfig, SchedulableFields } from './config.ts';

/** The configuration as the program reads it at some slot: an activated schedule is folded in. */
export type EffectiveConfig = Omit<GlobalConfig, 'schedule'>;

/** What every instruction at `slot` goes by; a schedule takes effect at its slot without a transaction. */
export function effectiveConfig(config: GlobalConfig, slot: Slot): EffectiveConfig {
  const { schedule, ...base } = config;
  const active = schedule.activationSlot !== 0n && slot >= schedule.activationSlot;
  return active ? { ...base, ...named(schedule, schedule.mask) } : base;
}

function named(values: SchedulableFields, mask: number): Partial<SchedulableFields> {
  const fields = Object.keys(ScheduleMask) as (keyof typeof ScheduleMask)[];
  return Object.fromEntries(
    fields.filter((field) => (mask & ScheduleMask[field]) !== 0).map((field) => [field, values[field]]),
  );
}
