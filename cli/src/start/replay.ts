import { effectiveConfig, ResultCode, slot } from '#client';
import { Refusal, SettlementModel } from '#model';
import type { LaneRecord } from '../lane-history.ts';
import { resultName } from '../trade-proof.ts';
import type { ConfigChange } from './config-changes.ts';
import type { Differences } from './differences.ts';
import type { Venue } from './venue.ts';
import type { VoidJudge } from './voids.ts';

/** Everything that moved the root or the config, in order; what the chain accepted the model must accept. */
export function replay(
  model: SettlementModel,
  { records, changes }: { readonly records: readonly LaneRecord[]; readonly changes: readonly ConfigChange[] },
  { venue, judge, differences }: { venue: Venue; judge: VoidJudge; differences: Differences },
): void {
  const step = ({ signature, slot: at }: { readonly signature: string; readonly slot: number }, take: () => void) => {
    model.slot = BigInt(at);
    try {
      take();
      return true;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      differences.add(`transaction ${signature}`, `refused with ${error.error}`, 'accepted');
      return false;
    }
  };
  const due = [...changes];
  for (let index = 0; index <= records.length; index += 1) {
    for (let change = due[0]; change !== undefined && change.after <= index; change = due[0]) {
      due.shift();
      const { make } = change;
      if (!step(change, () => make(model))) return;
    }
    const record = records[index];
    if (record !== undefined && !step(record, () => settleRecord(record))) return;
  }

  function settleRecord(record: LaneRecord): void {
    // Only the active relayer's transaction gets this far on-chain.
    const relayer = effectiveConfig(model.config, slot(record.slot)).activeRelayer;
    if (record.kind === 'batch') {
      judge.look(record, (data) => probe(venue, model, { relayer, data }));
      model.settle({ relayer, data: record.data });
    } else model.ping({ relayer, nonce: record.nonce });
  }
}

/** Why the last trade of this batch would not settle in the model now; undefined when it would. The model stays as it is. */
function probe(
  venue: Venue,
  model: SettlementModel,
  batch: Parameters<SettlementModel['settle']>[0],
): string | undefined {
  const { bump } = model.config;
  const twin = new SettlementModel({ ...venue, ...venue.instrument, configBump: bump });
  twin.config = model.config;
  twin.market = model.market;
  twin.slot = model.slot;
  try {
    twin.settle(batch);
    const code = twin.resultCodes.at(-1) ?? ResultCode.Settled;
    return code === ResultCode.Settled ? undefined : resultName(code);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error.error;
  }
}
