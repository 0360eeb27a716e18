import { PublicKey } from '@solana/web3.js';
import type { EffectiveConfig, GlobalConfig, ScheduledChange, Slot } from '#client';
import { effectiveConfig, isScheduleActive, scheduledFields } from '#client';
import { toJson } from '../output.ts';
import { bpsText, flagsText, versionsText } from './names.ts';

/** One value of the config, as programs and as people read it. */
export interface Setting {
  /** Where it is in the config: `minBatchSize`, `feeTiers[0].takerBps`. */
  readonly name: string;
  readonly field: keyof EffectiveConfig;
  readonly label: string;
  readonly value: unknown;
  readonly text: string;
}

/** Everything an operator can change, in the order it is shown. */
export function settingsOf(config: EffectiveConfig): Setting[] {
  const one = (field: keyof EffectiveConfig, label: string, text: string): Setting => ({
    name: field,
    field,
    label,
    value: config[field],
    text,
  });
  const role = (field: 'activeRelayer' | 'attestor' | 'guardian' | 'admin' | 'pendingAdmin', label: string) =>
    one(field, label, addressText(config[field]));
  return [
    one('isPaused', 'settlement', config.isPaused ? 'PAUSED' : 'running'),
    one('allowedBatchVersions', 'batch versions', versionsText(config.allowedBatchVersions)),
    one('minBatchSize', 'min batch size', `${config.minBatchSize} trades`),
    one('maxBatchAgeSlots', 'max batch age', `${config.maxBatchAgeSlots} slots`),
    ...config.feeTiers.flatMap((tier, number) => [
      rate(number, 'maker', tier.makerBps),
      rate(number, 'taker', tier.takerBps),
    ]),
    one('withdrawalDelaySlots', 'withdrawal delay', `${config.withdrawalDelaySlots} slots`),
    one('featureFlags', 'feature flags', flagsText(config.featureFlags)),
    role('activeRelayer', 'relayer'),
    role('attestor', 'attestor'),
    role('guardian', 'guardian'),
    role('admin', 'admin'),
    role('pendingAdmin', 'nominated admin'),
  ];
}

const rate = (tier: number, side: 'maker' | 'taker', bps: number): Setting => ({
  name: `feeTiers[${tier}].${side}Bps`,
  field: 'feeTiers',
  label: `tier ${tier} ${side} fee`,
  value: bps,
  text: bpsText(bps),
});

const addressText = (address: PublicKey): string => (address.equals(PublicKey.default) ? 'none' : address.toBase58());

/** Something that is, or will be, another than before. */
export interface Difference {
  readonly name: string;
  readonly label: string;
  readonly old: unknown;
  readonly new: unknown;
  readonly oldText: string;
  readonly newText: string;
}

/** Whether two values of a config are the same. */
export const isSame = (one: unknown, other: unknown): boolean => toJson({ value: one }) === toJson({ value: other });

/** What differs between two states of a config. */
export function differencesOf(before: readonly Named[], after: readonly Named[]): Difference[] {
  return pairsOf(before, after).filter((one) => !isSame(one.old, one.new));
}

/** Both come from `settingsOf`, or both from `stateAt`: they list the same things. */
function pairsOf(before: readonly Named[], after: readonly Named[]): Difference[] {
  return before.flatMap(({ name, label, value, text }, i) => {
    const now = after[i];
    return now === undefined ? [] : [{ name, label, old: value, new: now.value, oldText: text, newText: now.text }];
  });
}

/** A setting, or the schedule. */
export type Named = Omit<Setting, 'field'>;

/** Every setting in force at `slot`, and as one more the change that waits then. */
export function stateAt(config: GlobalConfig, slot: Slot): Named[] {
  const pending = pendingChange(config, slot);
  const schedule: Named = {
    name: 'schedule',
    label: 'scheduled change',
    value: pending === undefined ? null : { activationSlot: pending.activationSlot, fields: scheduledFields(pending) },
    text: pending === undefined ? 'none' : scheduleText(config, pending, slot),
  };
  return [...settingsOf(effectiveConfig(config, slot)), schedule];
}

/** The scheduled change that is not in force yet. */
export const pendingChange = ({ schedule }: GlobalConfig, slot: Slot): ScheduledChange | undefined =>
  schedule.activationSlot === 0n || isScheduleActive(schedule, slot) ? undefined : schedule;

/** What a pending change makes different on its slot; all it names when it makes nothing different. */
export function pendingDifferences(config: GlobalConfig, pending: ScheduledChange, slot: Slot): Difference[] {
  const fields = scheduledFields(pending);
  const now = effectiveConfig(config, slot);
  const later = settingsOf({ ...now, ...fields });
  const named = settingsOf(now).flatMap((old, i) => {
    const next = later[i];
    if (next === undefined || !(old.field in fields)) return [];
    return [
      { name: old.name, label: old.label, old: old.value, new: next.value, oldText: old.text, newText: next.text },
    ];
  });
  const different = named.filter((one) => !isSame(one.old, one.new));
  return different.length > 0 ? different : named;
}

function scheduleText(config: GlobalConfig, pending: ScheduledChange, slot: Slot): string {
  const changes = pendingDifferences(config, pending, slot).map(differenceText).join('; ');
  return `at slot ${pending.activationSlot}, in ${pending.activationSlot - slot} slots (${changes})`;
}

/** `min batch size 4 trades → 8 trades` */
export const differenceText = ({ label, oldText, newText }: Difference): string => `${label} ${oldText} → ${newText}`;
