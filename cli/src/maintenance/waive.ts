import type { TradeId } from '#client';
import { InputError } from '#feeder/input-error';
import { readMaintenance, waiveLetter } from '#relayer';
import type { MaintenanceDesk } from './desk.ts';

/**
 * Lets the maintenance that is on pass over these open dead letters; they stay open.
 * @throws InputError OPTION_INVALID while none is on; LockstepError MAINTENANCE_INVALID, MAINTENANCE_MOVED
 */
export async function waive(
  { redis, lane, output, words }: MaintenanceDesk,
  tradeIds: readonly TradeId[],
): Promise<void> {
  const { maintenance } = await readMaintenance(redis, lane);
  if (maintenance === undefined) {
    throw new InputError(
      'OPTION_INVALID',
      'no maintenance is on',
      `Begin one with \`lockstep maintenance start --reason TEXT ${words}\`.`,
    );
  }
  for (const tradeId of tradeIds) await waiveLetter(redis, lane, maintenance.id, tradeId);
  output.say(`waived ${tradeIds.join(', ')}: their letters stay open`);
  output.result({ id: maintenance.id, waived: tradeIds });
}
