import type { PublicKey } from '@solana/web3.js';
import type { At, EffectiveConfig, GlobalConfig, SchedulableFields } from '#client';
import { effectiveConfig, isScheduleActive, scheduledFields } from '#client';
import { flagNames, versionNames } from './names.ts';
import { differenceText, pendingChange, pendingDifferences, settingsOf } from './settings.ts';

const LABEL_WIDTH = 20;

/** The config for people: what is in force, where it differs what is stored, and what waits. */
export function* linesOf({ value: config, slot }: At<GlobalConfig>, program: PublicKey): Generator<string> {
  const line = (label: string, text: string) => `${label.padEnd(LABEL_WIDTH)}${text}`;
  const stored = new Map(settingsOf(config).map((setting) => [setting.name, setting.text]));
  yield line('program', program.toBase58());
  yield line('slot', `${slot}`);
  for (const { name, label, text } of settingsOf(effectiveConfig(config, slot))) {
    const base = stored.get(name);
    yield line(label, base === text ? text : `${text} (stored: ${base})`);
  }
  const { schedule } = config;
  const pending = pendingChange(config, slot);
  if (pending !== undefined) {
    const { activationSlot } = pending;
    yield line('scheduled change', `at slot ${activationSlot}, in ${activationSlot - slot} slots`);
    for (const one of pendingDifferences(config, pending, slot)) yield `  ${differenceText(one)}`;
  } else if (isScheduleActive(schedule, slot)) {
    yield line('scheduled change', `in force since slot ${schedule.activationSlot}; the next change stores it`);
  } else yield line('scheduled change', 'none');
}

/** The config for programs: docs/reference/cli.md lists the fields. */
export function jsonOf({ value: config, slot }: At<GlobalConfig>, program: PublicKey): Record<string, unknown> {
  const { schedule } = config;
  const isSet = schedule.activationSlot !== 0n;
  const isActive = isScheduleActive(schedule, slot);
  return {
    program,
    slot,
    stored: fieldsOf(config),
    effective: fieldsOf(effectiveConfig(config, slot)),
    schedule: isSet
      ? {
          activationSlot: schedule.activationSlot,
          slotsToGo: isActive ? 0n : schedule.activationSlot - slot,
          isActive,
          fields: withNames(scheduledFields(schedule)),
        }
      : null,
  };
}

function fieldsOf(config: EffectiveConfig): Record<string, unknown> {
  const names = new Set(settingsOf(config).map(({ field }) => field));
  return withNames(Object.fromEntries([...names].map((field) => [field, config[field]])));
}

function withNames(fields: Partial<SchedulableFields>): Record<string, unknown> {
  const { allowedBatchVersions, featureFlags } = fields;
  return {
    ...fields,
    ...(allowedBatchVersions === undefined ? {} : { batchVersions: versionNames(allowedBatchVersions) }),
    ...(featureFlags === undefined ? {} : { flags: flagNames(featureFlags) }),
  };
}
