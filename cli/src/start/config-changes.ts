import type { PublicKey, VersionedTransactionResponse } from '@solana/web3.js';
import type { SchedulableFields, ScheduledChange } from '#client';
import { configAddress, executedInstructions, readInstruction } from '#client';
import type { SettlementModel } from '#model';
import type { Lane, LaneRecord } from '../lane-history.ts';
import { signaturePages, transactionOf } from '../lane-history.ts';

/** A change of the config that landed while the market lived. */
export interface ConfigChange {
  /** How many of the lane's records came before it. */
  readonly after: number;
  readonly slot: number;
  readonly signature: string;
  /** Makes it in the model. @throws Refusal */
  readonly make: (model: SettlementModel) => void;
}

/**
 * What was changed between the market's records, in order, from the instruction data of the transactions that name the config and not
 * the market: an operator may switch versions while trades flow.
 * @throws LockstepError HISTORY_INCOMPLETE; the signal's reason
 */
export async function readConfigChanges(
  lane: Lane,
  records: readonly LaneRecord[],
  signal: AbortSignal,
): Promise<ConfigChange[]> {
  const ofMarket = await allSignatures(lane, () => false, signal);
  const oldest = ofMarket.at(-1);
  const known = new Set(ofMarket);
  // The config's own history is read like a market's; what is older than the market is in the config it began with.
  const config = { ...lane, market: configAddress(lane.program) };
  const ofConfig = await allSignatures(config, (page) => oldest !== undefined && page.includes(oldest), signal);
  const sinceMarket = oldest === undefined ? [] : ofConfig.slice(0, ofConfig.indexOf(oldest) >>> 0);
  const lastIndexOf = new Map(records.map(({ signature }, index) => [signature, index]));
  const changes: ConfigChange[] = [];
  let after = 0;
  for (const signature of sinceMarket.reverse()) {
    const index = lastIndexOf.get(signature);
    if (index !== undefined) after = index + 1;
    if (known.has(signature)) continue;
    const transaction = await transactionOf(lane.connection, signature);
    for (const make of changesIn(transaction, lane.program)) {
      changes.push({ after, slot: transaction.slot, signature, make });
    }
  }
  return changes;
}

/** Newest first. */
async function allSignatures(
  lane: Lane,
  isLast: (page: readonly string[]) => boolean,
  signal: AbortSignal,
): Promise<string[]> {
  const signatures: string[] = [];
  for await (const page of signaturePages(lane, { signal })) {
    signatures.push(...page);
    if (isLast(page)) break;
  }
  return signatures;
}

type Make = ConfigChange['make'];
type Args = Readonly<Record<string, unknown>>;

function changesIn(transaction: VersionedTransactionResponse, program: PublicKey): Make[] {
  return executedInstructions(transaction, program).flatMap((executed) => {
    const read = readInstruction(executed);
    const change = read === undefined ? undefined : CHANGES[read.name];
    if (read === undefined || change === undefined) return [];
    const signer = read.accounts.admin ?? read.accounts.authority ?? read.accounts.pendingAdmin;
    return signer === undefined ? [] : [(model: SettlementModel) => change(model, signer, read.args)];
  });
}

const field =
  <F extends keyof SchedulableFields>(name: F) =>
  (model: SettlementModel, signer: PublicKey, args: Args): void =>
    model.set(signer, name, args[name] as SchedulableFields[F]);

/** By name of the instruction. */
const CHANGES: Readonly<Record<string, (model: SettlementModel, signer: PublicKey, args: Args) => void>> = {
  set_allowed_versions: field('allowedBatchVersions'),
  set_min_batch_size: field('minBatchSize'),
  set_max_batch_age: field('maxBatchAgeSlots'),
  set_relayer: field('activeRelayer'),
  set_attestor: field('attestor'),
  set_feature_flags: field('featureFlags'),
  set_fees: field('feeTiers'),
  set_withdrawal_delay: field('withdrawalDelaySlots'),
  set_paused: (model, signer, { isPaused }) => model.setPaused(signer, isPaused as boolean),
  set_guardian: (model, signer, { guardian }) => model.setGuardian(signer, guardian as PublicKey),
  schedule_change: (model, signer, { change }) => model.scheduleChange(signer, change as ScheduledChange),
  cancel_schedule: (model, signer) => model.cancelSchedule(signer),
  nominate_admin: (model, signer, { pendingAdmin }) => model.nominateAdmin(signer, pendingAdmin as PublicKey),
  accept_admin: (model, signer) => model.acceptAdmin(signer),
};
