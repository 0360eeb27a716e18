import type { PublicKey, TransactionInstruction } from '@solana/web3.js';
import type { FeeTier, ScheduledChange } from '../accounts/config.ts';
import { configAddress, programDataAddress } from '../pda.ts';
import { instruction } from './build.ts';

export interface InitializeArgs {
  readonly admin: PublicKey;
  readonly guardian: PublicKey;
  readonly activeRelayer: PublicKey;
  readonly allowedBatchVersions: number;
  readonly minBatchSize: number;
  readonly maxBatchAgeSlots: bigint;
  readonly withdrawalDelaySlots: bigint;
  readonly feeTiers: readonly FeeTier[];
}

/** What the admin (and, where named, the guardian) decides about the whole program. */
export function adminInstructions(programId: PublicKey) {
  const config = configAddress(programId);
  const byAdmin = (name: string, admin: PublicKey, args: Readonly<Record<string, unknown>> = {}) =>
    instruction(programId, name, { admin, config }, args);
  return {
    /** Creates the config; `authority` is the program's upgrade authority. */
    initialize: (i: { payer: PublicKey; authority: PublicKey; args: InitializeArgs }): TransactionInstruction => {
      const accounts = { payer: i.payer, authority: i.authority, config, programData: programDataAddress(programId) };
      return instruction(programId, 'initialize', accounts, { args: i.args });
    },

    /** The admin pauses and resumes; the guardian only pauses. Pausing cancels a pending schedule. */
    setPaused: (i: { authority: PublicKey; isPaused: boolean }): TransactionInstruction =>
      instruction(programId, 'set_paused', { authority: i.authority, config }, { isPaused: i.isPaused }),

    setAllowedVersions: (i: { admin: PublicKey; allowedBatchVersions: number }): TransactionInstruction =>
      byAdmin('set_allowed_versions', i.admin, { allowedBatchVersions: i.allowedBatchVersions }),

    setMinBatchSize: (i: { admin: PublicKey; minBatchSize: number }): TransactionInstruction =>
      byAdmin('set_min_batch_size', i.admin, { minBatchSize: i.minBatchSize }),

    setMaxBatchAge: (i: { admin: PublicKey; maxBatchAgeSlots: bigint }): TransactionInstruction =>
      byAdmin('set_max_batch_age', i.admin, { maxBatchAgeSlots: i.maxBatchAgeSlots }),

    setRelayer: (i: { admin: PublicKey; activeRelayer: PublicKey }): TransactionInstruction =>
      byAdmin('set_relayer', i.admin, { activeRelayer: i.activeRelayer }),

    setAttestor: (i: { admin: PublicKey; attestor: PublicKey }): TransactionInstruction =>
      byAdmin('set_attestor', i.admin, { attestor: i.attestor }),

    setFeatureFlags: (i: { admin: PublicKey; featureFlags: bigint }): TransactionInstruction =>
      byAdmin('set_feature_flags', i.admin, { featureFlags: i.featureFlags }),

    setFees: (i: { admin: PublicKey; feeTiers: readonly FeeTier[] }): TransactionInstruction =>
      byAdmin('set_fees', i.admin, { feeTiers: i.feeTiers }),

    setWithdrawalDelay: (i: { admin: PublicKey; withdrawalDelaySlots: bigint }): TransactionInstruction =>
      byAdmin('set_withdrawal_delay', i.admin, { withdrawalDelaySlots: i.withdrawalDelaySlots }),

    setGuardian: (i: { admin: PublicKey; guardian: PublicKey }): TransactionInstruction =>
      byAdmin('set_guardian', i.admin, { guardian: i.guardian }),

    /** Takes effect by itself at its slot; `changeOf` fills in mask and unchanged fields. */
    scheduleChange: (i: { admin: PublicKey; change: ScheduledChange }): TransactionInstruction =>
      byAdmin('schedule_change', i.admin, { change: i.change }),

    cancelSchedule: (i: { admin: PublicKey }): TransactionInstruction => byAdmin('cancel_schedule', i.admin),

    /** The zero address withdraws a nomination. */
    nominateAdmin: (i: { admin: PublicKey; pendingAdmin: PublicKey }): TransactionInstruction =>
      byAdmin('nominate_admin', i.admin, { pendingAdmin: i.pendingAdmin }),

    acceptAdmin: (i: { pendingAdmin: PublicKey }): TransactionInstruction =>
      instruction(programId, 'accept_admin', { pendingAdmin: i.pendingAdmin, config }),
  };
}
