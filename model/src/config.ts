import { PublicKey } from '@solana/web3.js';
import type { FeeTier, GlobalConfig, InitializeArgs, SchedulableFields, ScheduledChange } from '#client';
import { ScheduleMask, slot } from '#client';
import {
  MAX_BATCH_AGE_SLOTS,
  MAX_FEE_BPS,
  MAX_MIN_BATCH_SIZE,
  MAX_WITHDRAWAL_DELAY_SLOTS,
  SUPPORTED_FLAGS,
  SUPPORTED_VERSIONS,
} from './limits.ts';
import { requireThat } from './refusal.ts';

type Field = keyof SchedulableFields;
const FIELDS = Object.keys(ScheduleMask) as readonly Field[];

const noTiers: readonly FeeTier[] = Array.from({ length: 4 }, () => ({ makerBps: 0, takerBps: 0 }));

const noSchedule: ScheduledChange = {
  activationSlot: slot(0),
  mask: 0,
  minBatchSize: 0,
  allowedBatchVersions: 0,
  activeRelayer: PublicKey.default,
  attestor: PublicKey.default,
  featureFlags: 0n,
  feeTiers: noTiers,
  maxBatchAgeSlots: 0n,
  withdrawalDelaySlots: 0n,
};

/** What a field may be, whoever sets it: at initialisation, at once, or by schedule. */
const checks: { readonly [F in Field]: (value: SchedulableFields[F]) => void } = {
  allowedBatchVersions: (bits) => requireThat(bits !== 0 && (bits & ~SUPPORTED_VERSIONS) === 0, 'InvalidVersionMask'),
  minBatchSize: (size) => requireThat(size <= MAX_MIN_BATCH_SIZE, 'MinBatchTooLarge'),
  maxBatchAgeSlots: (slots) => requireThat(slots <= MAX_BATCH_AGE_SLOTS, 'MaxBatchAgeTooLong'),
  withdrawalDelaySlots: (slots) => requireThat(slots <= MAX_WITHDRAWAL_DELAY_SLOTS, 'WithdrawalDelayTooLong'),
  feeTiers: (tiers) =>
    requireThat(
      tiers.every((tier) => tier.makerBps <= MAX_FEE_BPS && tier.takerBps <= MAX_FEE_BPS),
      'FeeTooHigh',
    ),
  featureFlags: (flags) => requireThat((flags & ~SUPPORTED_FLAGS) === 0n, 'UnsupportedFeatureFlag'),
  activeRelayer: (key) => requireThat(!key.equals(PublicKey.default), 'ZeroAddress'),
  attestor: () => undefined,
};

const isPending = (config: GlobalConfig): boolean => config.schedule.activationSlot !== 0n;

const isActive = (config: GlobalConfig, now: bigint): boolean =>
  isPending(config) && now >= config.schedule.activationSlot;

const names = (change: ScheduledChange, field: Field): boolean => (change.mask & ScheduleMask[field]) !== 0;

/** The value an instruction at `now` goes by. */
export function effective<F extends Field>(config: GlobalConfig, field: F, now: bigint): SchedulableFields[F] {
  return isActive(config, now) && names(config.schedule, field) ? config.schedule[field] : config[field];
}

/** What every admin instruction starts from: an activated schedule has become the base. */
export function folded(config: GlobalConfig, now: bigint): GlobalConfig {
  if (!isActive(config, now)) return config;
  const values = FIELDS.map((field) => [field, effective(config, field, now)]);
  const since = config.schedule.activationSlot;
  const base = { ...config, ...Object.fromEntries(values), schedule: noSchedule };
  return { ...base, ...loweredDelay(config, effective(config, 'withdrawalDelaySlots', now), since) };
}

/** A longer delay is remembered for as long as it would have lasted, for the timelock of a successor. */
function loweredDelay(
  config: GlobalConfig,
  delaySlots: bigint,
  since: bigint,
): Pick<GlobalConfig, 'loweredDelaySlots' | 'loweredUntilSlot'> {
  const { loweredDelaySlots, loweredUntilSlot, withdrawalDelaySlots } = config;
  if (delaySlots >= withdrawalDelaySlots) return { loweredDelaySlots, loweredUntilSlot };
  const counts = since < loweredUntilSlot && loweredDelaySlots > withdrawalDelaySlots;
  const longest = counts ? loweredDelaySlots : withdrawalDelaySlots;
  return { loweredDelaySlots: longest, loweredUntilSlot: slot(since + longest) };
}

export function initialized(args: InitializeArgs, bump: number): GlobalConfig {
  for (const field of FIELDS) {
    if (field in args) checkField(field, args as unknown as SchedulableFields);
  }
  requireThat(!args.admin.equals(PublicKey.default), 'ZeroAddress');
  requireThat(!args.guardian.equals(PublicKey.default), 'ZeroAddress');
  return {
    ...args,
    isPaused: false,
    pendingAdmin: PublicKey.default,
    attestor: PublicKey.default,
    featureFlags: 0n,
    schedule: noSchedule,
    successor: { program: PublicKey.default, unlockSlot: slot(0) },
    predecessor: PublicKey.default,
    handedOver: 0,
    loweredDelaySlots: 0n,
    loweredUntilSlot: slot(0),
    layoutVersion: 1,
    bump,
    reserved: new Uint8Array(74),
  };
}

function byAdmin(config: GlobalConfig, signer: PublicKey, now: bigint): GlobalConfig {
  requireThat(signer.equals(config.admin), 'NotAdmin');
  return folded(config, now);
}

function checkField<F extends Field>(field: F, values: Pick<SchedulableFields, F>): void {
  checks[field](values[field]);
}

export function withField<F extends Field>(
  config: GlobalConfig,
  signer: PublicKey,
  now: bigint,
  field: F,
  value: SchedulableFields[F],
): GlobalConfig {
  const base = byAdmin(config, signer, now);
  requireThat(!(isPending(base) && names(base.schedule, field)), 'ScheduleConflict');
  checks[field](value);
  const lowered = field === 'withdrawalDelaySlots' ? loweredDelay(base, value as bigint, now) : {};
  return { ...base, ...lowered, [field]: value };
}

export function withGuardian(config: GlobalConfig, signer: PublicKey, now: bigint, guardian: PublicKey): GlobalConfig {
  const base = byAdmin(config, signer, now);
  requireThat(!guardian.equals(PublicKey.default), 'ZeroAddress');
  return { ...base, guardian };
}

export function paused(config: GlobalConfig, signer: PublicKey, now: bigint, isPaused: boolean): GlobalConfig {
  const isAdmin = signer.equals(config.admin);
  requireThat(isAdmin || signer.equals(config.guardian), 'NotAdmin');
  requireThat(isAdmin || isPaused, 'GuardianCannotUnpause');
  const base = folded(config, now);
  return { ...base, isPaused, schedule: isPaused ? noSchedule : base.schedule };
}

export function withSchedule(
  config: GlobalConfig,
  signer: PublicKey,
  now: bigint,
  change: ScheduledChange,
): GlobalConfig {
  const base = byAdmin(config, signer, now);
  requireThat(!isPending(base), 'SchedulePending');
  requireThat(change.activationSlot > now, 'ScheduleInPast');
  requireThat(change.mask !== 0 && change.mask <= 255, 'ScheduleMaskInvalid');
  const named = FIELDS.filter((field) => names(change, field));
  for (const field of named) checkField(field, change);
  const values = Object.fromEntries(named.map((field) => [field, change[field]]));
  return { ...base, schedule: { ...noSchedule, ...values, activationSlot: change.activationSlot, mask: change.mask } };
}

export function withoutSchedule(config: GlobalConfig, signer: PublicKey, now: bigint): GlobalConfig {
  requireThat(signer.equals(config.admin), 'NotAdmin');
  requireThat(isPending(config), 'NoSchedule');
  requireThat(!isActive(config, now), 'ScheduleAlreadyActive');
  return { ...config, schedule: noSchedule };
}

export function nominated(config: GlobalConfig, signer: PublicKey, now: bigint, pendingAdmin: PublicKey): GlobalConfig {
  return { ...byAdmin(config, signer, now), pendingAdmin };
}

export function accepted(config: GlobalConfig, signer: PublicKey, now: bigint): GlobalConfig {
  requireThat(signer.equals(config.pendingAdmin), 'NotPendingAdmin');
  return { ...folded(config, now), admin: signer, pendingAdmin: PublicKey.default };
}
