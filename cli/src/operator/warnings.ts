import { PublicKey } from '@solana/web3.js';
import type { EffectiveConfig, GlobalConfig, Slot } from '#client';
import { effectiveConfig, FeatureFlag, isScheduleActive, scheduledFields } from '#client';
import { versionsText } from './names.ts';
import { isSame, pendingChange } from './settings.ts';

/**
 * What an operator should know before saying yes. Batches in flight are the relayer's: the chain does not show them, so a
 * warning names where to look.
 */
export function warningsOf(before: GlobalConfig, after: GlobalConfig, slot: Slot): string[] {
  const [old, now] = [effectiveConfig(before, slot), effectiveConfig(after, slot)];
  const pending = pendingChange(after, slot);
  const isNew = pending !== undefined && !isSame(pending, before.schedule);
  return [
    ...folding(before, after, slot),
    ...pausing(before, after, slot),
    ...settling(old, now),
    ...(isNew ? [...settling(now, { ...now, ...scheduledFields(pending) })].map(later(pending.activationSlot)) : []),
    ...handingOver(old, now),
  ];
}

const later =
  (activation: Slot) =>
  (warning: string): string =>
    `from slot ${activation} on: ${warning}`;

function* folding({ schedule }: GlobalConfig, after: GlobalConfig, slot: Slot): Generator<string> {
  if (!isScheduleActive(schedule, slot) || after.schedule.activationSlot === schedule.activationSlot) return;
  yield `the change scheduled for slot ${schedule.activationSlot}, in force already, becomes the stored config with it`;
}

function* pausing(before: GlobalConfig, after: GlobalConfig, slot: Slot): Generator<string> {
  if (before.isPaused === after.isPaused) return;
  if (!after.isPaused) {
    const { allowedBatchVersions, activeRelayer } = effectiveConfig(after, slot);
    yield `settlement resumes at once: batches of ${versionsText(allowedBatchVersions)} by ${activeRelayer}`;
    return;
  }
  yield 'batches in flight are refused (Paused) and wait; deposits and withdrawals keep working';
  if (pendingChange(before, slot) !== undefined) yield 'pausing cancels the scheduled change; it does not come back';
}

const LOOK_AT_RELAYER = 'first see that nothing is `pending` in the status of every relayer (GET /status)';

/** What becomes of batches when settings go from `old` to `now`. */
function* settling(old: EffectiveConfig, now: EffectiveConfig): Generator<string> {
  const dropped = old.allowedBatchVersions & ~now.allowedBatchVersions;
  if (dropped !== 0) {
    yield `batches of ${versionsText(dropped)} in flight will be refused (VersionNotAllowed): ${LOOK_AT_RELAYER}`;
  }
  if (!old.activeRelayer.equals(now.activeRelayer)) {
    yield `batches in flight of the old relayer ${old.activeRelayer} will be refused (NotActiveRelayer): ${LOOK_AT_RELAYER}`;
    yield `a relayer that runs with the key of ${old.activeRelayer} gives the lane up by itself; one with the new key has to run`;
  }
  const attested = now.featureFlags & ~old.featureFlags & FeatureFlag.REQUIRE_ATTESTATION;
  if (attested !== 0n && now.attestor.equals(PublicKey.default)) {
    yield 'no attestor is set: with REQUIRE_ATTESTATION nothing can settle until one is';
  }
  if (old.withdrawalDelaySlots !== now.withdrawalDelaySlots) {
    yield 'withdrawals requested already keep their unlock slot';
  }
}

function* handingOver(old: EffectiveConfig, now: EffectiveConfig): Generator<string> {
  if (!old.admin.equals(now.admin)) yield `the old admin ${old.admin} can change nothing any more`;
  else if (!old.pendingAdmin.equals(now.pendingAdmin) && !now.pendingAdmin.equals(PublicKey.default)) {
    yield `${old.admin} stays the admin until ${now.pendingAdmin} accepts`;
  }
}
