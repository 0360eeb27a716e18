import type { PublicKey, TransactionInstruction } from '@solana/web3.js';
import type { EffectiveConfig, SchedulableFields, Slot } from '#client';
import { changeOf, settlementInstructions } from '#client';
import type { FeeEdit } from './fees.ts';
import { withFees } from './fees.ts';
import type { FlagEdit } from './names.ts';
import { edited } from './names.ts';

/** One transaction an operator asks for. What it does is not written here: the program says so when it is simulated. */
export interface Change {
  /** As the command line names it. */
  readonly name: string;
  /** Who signs when nobody is named. */
  signer(config: EffectiveConfig): PublicKey;
  /** @param config in force now: a change of one flag or one tier leaves the others as they are */
  instruction(signer: PublicKey, config: EffectiveConfig): TransactionInstruction;
}

/** New values of fields that can be set at once and scheduled alike. */
export interface FieldEdits extends Partial<Omit<SchedulableFields, 'featureFlags' | 'feeTiers'>> {
  readonly flags?: FlagEdit;
  readonly fees?: FeeEdit;
}

type Setters = {
  readonly [Field in keyof SchedulableFields]: (
    admin: PublicKey,
    value: SchedulableFields[Field],
  ) => TransactionInstruction;
};

/** Every change of the config, by the program at `programId`. */
export function changesOf(programId: PublicKey) {
  const build = settlementInstructions(programId);
  const byAdmin = (name: string, instruction: Change['instruction']): Change => ({
    name,
    signer: (config) => config.admin,
    instruction,
  });
  const setters: Setters = {
    allowedBatchVersions: (admin, allowedBatchVersions) => build.setAllowedVersions({ admin, allowedBatchVersions }),
    minBatchSize: (admin, minBatchSize) => build.setMinBatchSize({ admin, minBatchSize }),
    maxBatchAgeSlots: (admin, maxBatchAgeSlots) => build.setMaxBatchAge({ admin, maxBatchAgeSlots }),
    activeRelayer: (admin, activeRelayer) => build.setRelayer({ admin, activeRelayer }),
    attestor: (admin, attestor) => build.setAttestor({ admin, attestor }),
    featureFlags: (admin, featureFlags) => build.setFeatureFlags({ admin, featureFlags }),
    feeTiers: (admin, feeTiers) => build.setFees({ admin, feeTiers }),
    withdrawalDelaySlots: (admin, withdrawalDelaySlots) => build.setWithdrawalDelay({ admin, withdrawalDelaySlots }),
  };
  return {
    /** Sets one field to a value. */
    set: <Field extends keyof SchedulableFields>(name: string, field: Field, value: SchedulableFields[Field]): Change =>
      byAdmin(name, (admin) => setters[field](admin, value)),
    setFlags: (name: string, edit: FlagEdit): Change =>
      byAdmin(name, (admin, { featureFlags }) => setters.featureFlags(admin, edited(featureFlags, edit))),
    setFees: (name: string, edit: FeeEdit): Change =>
      byAdmin(name, (admin, { feeTiers }) => setters.feeTiers(admin, withFees(feeTiers, edit))),
    setPaused: (name: string, isPaused: boolean): Change =>
      byAdmin(name, (authority) => build.setPaused({ authority, isPaused })),
    schedule: (name: string, activationSlot: Slot, edits: FieldEdits): Change =>
      byAdmin(name, (admin, config) =>
        build.scheduleChange({ admin, change: changeOf(activationSlot, fieldsOf(edits, config)) }),
      ),
    cancel: (name: string): Change => byAdmin(name, (admin) => build.cancelSchedule({ admin })),
    setGuardian: (name: string, guardian: PublicKey): Change =>
      byAdmin(name, (admin) => build.setGuardian({ admin, guardian })),
    nominate: (name: string, pendingAdmin: PublicKey): Change =>
      byAdmin(name, (admin) => build.nominateAdmin({ admin, pendingAdmin })),
    accept: (name: string): Change => ({
      name,
      signer: (config) => config.pendingAdmin,
      instruction: (pendingAdmin) => build.acceptAdmin({ pendingAdmin }),
    }),
  };
}

function fieldsOf({ flags, fees, ...fields }: FieldEdits, config: EffectiveConfig): Partial<SchedulableFields> {
  return {
    ...fields,
    ...(flags === undefined ? {} : { featureFlags: edited(config.featureFlags, flags) }),
    ...(fees === undefined ? {} : { feeTiers: withFees(config.feeTiers, fees) }),
  };
}
