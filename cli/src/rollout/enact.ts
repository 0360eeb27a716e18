import { landPlan } from '../operator/carry-out.ts';
import type { Change } from '../operator/changes.ts';
import { proveInForce } from '../operator/in-force.ts';
import { planChange } from '../operator/plan.ts';
import { differenceText } from '../operator/settings.ts';
import type { Evidence } from './journal.ts';
import type { Scene } from './step.ts';

/**
 * Brings one change of the config into force, and reads it back. A change that is in force is not sent again.
 * @throws LockstepError under the program's name for what it refuses, and what landing a transaction may end with
 */
export async function enact({ desk, authority }: Scene, change: Change): Promise<Evidence> {
  const plan = await planChange(desk, change, { signer: authority.address, feePayer: undefined, priorityFee: 0 });
  if (plan.differences.length === 0) return { change: change.name, outcome: 'in force already' };
  for (const warning of plan.warnings) desk.output.say(`      ! ${warning}`);
  const landed = await landPlan(desk, plan, authority, 'confirmed');
  const changed = plan.differences.map(differenceText);
  if (landed === undefined) return { change: change.name, outcome: 'in force', changed };
  await proveInForce(desk, plan, landed.slot, 'confirmed');
  return { change: change.name, signature: landed.signature, slot: `${landed.slot}`, changed };
}
