import type { SimulatedTransactionResponse, TransactionInstruction } from '@solana/web3.js';
import { ComputeBudgetProgram, PublicKey, TransactionMessage, VersionedTransaction } from '@solana/web3.js';
import type { GlobalConfig, Slot } from '#client';
import {
  configAddress,
  decodeConfig,
  effectiveConfig,
  explainError,
  isScheduleActive,
  LockstepError,
  readConfig,
  slot,
} from '#client';
import { fromNode } from '../rpc.ts';
import type { Change } from './changes.ts';
import type { Desk } from './desk.ts';
import { failureError, refusalError } from './refusal.ts';
import type { Difference } from './settings.ts';
import { differencesOf, pendingChange, pendingDifferences, stateAt } from './settings.ts';
import { warningsOf } from './warnings.ts';

export interface PlanOptions {
  /** Who signs; without it whoever the config names for this change. */
  readonly signer: PublicKey | undefined;
  /** Without it the signer pays. */
  readonly feePayer: PublicKey | undefined;
  /** In millionths of a lamport a compute unit. */
  readonly priorityFee: number;
}

/** What a change would do now. */
export interface Plan {
  readonly change: string;
  readonly signer: PublicKey;
  readonly feePayer: PublicKey;
  readonly instructions: readonly TransactionInstruction[];
  /** The slot it was simulated at. */
  readonly slot: Slot;
  /** Empty when there is nothing to change. */
  readonly differences: readonly Difference[];
  /** What else the transaction does, and what to look after. */
  readonly warnings: readonly string[];
}

/**
 * Has the program itself say what a change does: it is simulated on the config as it is now, and the config it would leave is
 * compared with it. Nothing is signed.
 * @throws LockstepError under the program's name for what it refuses, TRANSACTION_FAILED, RPC_UNAVAILABLE
 */
export async function planChange(desk: Desk, change: Change, options: PlanOptions): Promise<Plan> {
  const read = await fromNode(desk.rpcUrl, () => readConfig(desk.connection, desk.program, 'confirmed'));
  const before = read.value;
  const config = effectiveConfig(before, read.slot);
  const signer = options.signer ?? change.signer(config);
  requireSomebody(signer);
  const feePayer = options.feePayer ?? signer;
  const instructions = [...priority(options.priorityFee), change.instruction(signer, config)];
  const plan = { change: change.name, signer, feePayer, instructions };

  const simulated = await simulate(desk, feePayer, instructions);
  const at = later(simulated.slot, read.slot);
  if (simulated.err !== null) {
    if (isNothingToCancel(simulated.err)) return { ...plan, slot: at, differences: [], warnings: [] };
    throw refused(simulated, before, at);
  }
  const differences = differencesOf(stateAt(before, at), stateAt(simulated.after, at));
  const warnings = differences.length === 0 ? [] : warningsOf(before, simulated.after, at);
  return { ...plan, slot: at, differences, warnings };
}

const later = (one: Slot, other: Slot): Slot => (one > other ? one : other);

/** The config's instructions take up to 1,630 units; a limit keeps the price of a priority fee small. */
const COMPUTE_UNIT_LIMIT = 10_000;

const priority = (microLamports: number): TransactionInstruction[] =>
  microLamports === 0
    ? []
    : [
        ComputeBudgetProgram.setComputeUnitLimit({ units: COMPUTE_UNIT_LIMIT }),
        ComputeBudgetProgram.setComputeUnitPrice({ microLamports }),
      ];

function requireSomebody(signer: PublicKey): void {
  if (!signer.equals(PublicKey.default)) return;
  throw new LockstepError('NotPendingAdmin', 'no admin is nominated', 'Have the admin nominate the next one first.');
}

type Simulated = { readonly slot: Slot } & (
  | { readonly err: null; readonly after: GlobalConfig }
  | { readonly err: object | string; readonly logs: readonly string[] }
);

async function simulate(
  { connection, program, rpcUrl }: Desk,
  payerKey: PublicKey,
  instructions: readonly TransactionInstruction[],
): Promise<Simulated> {
  const config = configAddress(program);
  const message = new TransactionMessage({
    payerKey,
    recentBlockhash: PublicKey.default.toBase58(),
    instructions: [...instructions],
  }).compileToV0Message();
  const { context, value } = await fromNode(rpcUrl, () =>
    connection.simulateTransaction(new VersionedTransaction(message), {
      sigVerify: false,
      replaceRecentBlockhash: true,
      commitment: 'confirmed',
      accounts: { encoding: 'base64', addresses: [config.toBase58()] },
    }),
  );
  const at = slot(context.slot);
  if (value.err !== null) return { slot: at, err: value.err, logs: value.logs ?? [] };
  return { slot: at, err: null, after: decodeConfig(accountData(value)) };
}

function accountData(value: SimulatedTransactionResponse): Uint8Array {
  const [base64] = value.accounts?.[0]?.data ?? [];
  if (base64 !== undefined) return Buffer.from(base64, 'base64');
  throw new LockstepError(
    'RPC_UNAVAILABLE',
    'the node does not show accounts after a simulation',
    'Point --rpc at a node whose simulateTransaction answers `accounts`.',
  );
}

const isNothingToCancel = (err: object | string): boolean => explainError(err)?.name === 'NoSchedule';

const SCHEDULE_REFUSALS = /^Schedule(Conflict|Pending|AlreadyActive)$/;

/** The program's refusal; where a schedule is the reason, with what is scheduled. */
function refused({ err, logs }: Exclude<Simulated, { err: null }>, before: GlobalConfig, at: Slot): LockstepError {
  const refusal = explainError(err, logs);
  if (refusal === undefined || !SCHEDULE_REFUSALS.test(refusal.name)) return failureError(err, logs);
  return refusalError(refusal, `; ${describeSchedule(before, at)}`);
}

function describeSchedule(config: GlobalConfig, at: Slot): string {
  const { activationSlot } = config.schedule;
  if (isScheduleActive(config.schedule, at)) return `it took effect at slot ${activationSlot}, now is ${at}`;
  const pending = pendingChange(config, at);
  const labels = pending === undefined ? [] : pendingDifferences(config, pending, at).map(({ label }) => label);
  return `the change pending for slot ${activationSlot}, in ${activationSlot - at} slots, names ${labels.join(', ')}`;
}
