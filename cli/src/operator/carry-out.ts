import { LockstepError, readConfig } from '#client';
import { fromNode, withoutSecrets } from '../rpc.ts';
import type { Change } from './changes.ts';
import { confirmed } from './confirm.ts';
import type { Desk } from './desk.ts';
import type { Exported } from './export.ts';
import { exportPlan } from './export.ts';
import { isInForce, proveInForce } from './in-force.ts';
import type { Landed } from './land.ts';
import { land } from './land.ts';
import type { Plan } from './plan.ts';
import { planChange } from './plan.ts';
import { differenceText, isSame } from './settings.ts';
import type { Authority, ElsewhereOptions, SigningOptions } from './signing.ts';
import { authorityOf, requireSensible } from './signing.ts';

export interface CarryOutOptions extends SigningOptions, ElsewhereOptions {
  readonly priorityFee: number;
  readonly commitment: 'confirmed' | 'finalized';
  /** Do not ask. */
  readonly yes: boolean;
}

/**
 * Says what a change does; then simulates only, exports it, or asks, sends it once and proves it in force.
 * @throws LockstepError for whatever kept it from happening; its code says whether it can still happen
 */
export async function carryOut(desk: Desk, change: Change, options: CarryOutOptions): Promise<void> {
  requireSensible(options);
  const authority = await authorityOf(options, process.env);
  const planNow = () =>
    planChange(desk, change, {
      signer: authority.address,
      feePayer: options.feePayer,
      priorityFee: options.priorityFee,
    });
  const plan = await planNow();
  const report = reporter(desk, plan);
  if (plan.differences.length === 0) return report('unchanged', `${change.name}: nothing to change, it is so already`);
  preview(desk, plan);
  if (options.export)
    return exported(desk, report, await fromNode(desk.rpcUrl, () => exportPlan(desk.connection, plan, options)));
  if (options.dryRun) return report('simulated', 'dry run: the program accepts it; nothing was sent');
  if (!options.yes) {
    await confirmed(desk, questionOf(plan));
    requireUnmoved(plan, await planNow());
  }
  const { commitment } = options;
  const landed = await landPlan(desk, plan, authority, commitment);
  if (landed === undefined) return report('in-force', 'in force, though the node does not know our transaction');
  const { signature, slot: landedSlot } = landed;
  const provenAtSlot = await proveInForce(desk, plan, landedSlot, commitment);
  const text = `done: ${commitment} at slot ${landedSlot}, read back at slot ${provenAtSlot}`;
  report('done', text, { signature, landedSlot, commitment, provenAtSlot });
}

type Outcome = 'unchanged' | 'simulated' | 'exported' | 'in-force' | 'done';
type Report = (outcome: Outcome, line: string, more?: object) => void;

const reporter =
  ({ output, program }: Desk, { change, signer, slot, differences, warnings }: Plan): Report =>
  (outcome, line, more = {}) => {
    output.say(line);
    const told = differences.map(({ name, old, new: now, oldText, newText }) => ({
      name,
      old,
      new: now,
      oldText,
      newText,
    }));
    output.result({ change, outcome, program, signer, slot, differences: told, warnings, ...more });
  };

function preview({ output, program, rpcUrl }: Desk, { change, signer, slot, differences, warnings }: Plan): void {
  output.say(`${change} on program ${program}, ${withoutSecrets(rpcUrl)}, slot ${slot}, signed by ${signer}`);
  for (const one of differences) output.say(`  ${differenceText(one)}`);
  for (const warning of warnings) output.say(`  ! ${warning}`);
}

const questionOf = ({ differences }: Plan): string => `This changes ${differences.map(differenceText).join('; ')}.`;

/** Somebody may have taken a while to answer. */
function requireUnmoved(asked: Plan, now: Plan): void {
  const values = ({ differences }: Plan) => differences.map(({ name, old, new: next }) => ({ name, old, next }));
  if (isSame(values(asked), values(now)) && isSame(asked.warnings, now.warnings)) return;
  throw new LockstepError(
    'CONFIG_MOVED',
    'nothing was sent: the config changed while you were asked',
    'Run the command again and look at what it says now.',
  );
}

/**
 * Signs and sends what was planned. Undefined when the transaction cannot land any more but its values are in force: nothing is sent a
 * second time.
 * @throws LockstepError as `land` does
 */
export async function landPlan(
  desk: Desk,
  plan: Plan,
  { signer }: Authority,
  commitment: CarryOutOptions['commitment'],
): Promise<Landed | undefined> {
  const { connection, output, signal } = desk;
  if (signer === undefined) throw new TypeError('a plan that is sent has a signer');
  let sent = '';
  try {
    return await land({
      ...{ connection, signer, commitment, signal, rpcUrl: desk.rpcUrl, instructions: plan.instructions },
      onSigned: (signature) => {
        sent = signature;
        output.say(`signed ${signature}`);
      },
    });
  } catch (error) {
    if (signal.aborted && sent !== '') output.say(`${sent} may still land: look with \`lockstep config show\``);
    if (!(error instanceof LockstepError) || error.code !== 'TRANSACTION_EXPIRED') throw error;
    const { value } = await fromNode(desk.rpcUrl, () => readConfig(connection, desk.program, commitment));
    if (isInForce(value, plan)) return undefined;
    throw error;
  }
}

function exported({ output }: Desk, report: Report, { message, transaction, ...rest }: Exported): void {
  output.say(`message (base64; what is signed, what a multisig wraps):\n${message}`);
  output.say(`transaction (base64; the message with empty signatures, for a wallet):\n${transaction}`);
  const life =
    rest.lastValidBlockHeight === null
      ? `blockhash or nonce ${rest.blockhash}`
      : `blockhash ${rest.blockhash}, until block ${rest.lastValidBlockHeight}; a multisig writes its own`;
  report('exported', `signatures of ${rest.signers.join(', ')}; ${life}`, { message, transaction, ...rest });
}
