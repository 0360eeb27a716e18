import { randomUUID } from 'node:crypto';
import type { TradeId } from '#client';
import type { IntakeTrade, Trade } from '../domain/trade.ts';
import type { Clock, TradeSource } from '../ports.ts';
import type { Accumulator, BatchFormat, ClosedBatch, PayloadSize } from '../stages/batch/accumulator.ts';
import { createAccumulator } from '../stages/batch/accumulator.ts';
import { minimumTrades } from '../stages/batch/minimum.ts';
import { decodeEntry } from '../stages/decode/decode.ts';
import type { BatchCodec } from '../stages/encode/codec.ts';
import { codecOf } from '../stages/encode/codec.ts';
import { runIntake } from '../stages/intake/intake.ts';
import type { Repair } from '../stages/intake/repair.ts';
import { createRepair } from '../stages/intake/repair.ts';
import type { OutboxDeps } from '../stages/outbox/outbox.ts';
import { putBatch } from '../stages/outbox/outbox.ts';
import type { LaneRun } from './run.ts';
import { backoffOf, forStage, limitsOf } from './run.ts';

/** Intake ▸ decode ▸ batch ▸ outbox. Runs until told to stop. */
export function takeIn(run: LaneRun): Promise<void> {
  const { config, known, latency, ledger, progress, pulses, resumeAfter, tasks } = run;
  const intake = {
    source: watchedSource(run),
    repair: repairOf(run),
    decode: decodeEntry,
    accumulator: accumulatorOf(run),
    minimumTrades: () => {
      const openBatches = ledger.open.length;
      const { rules, lastSettledMs } = known;
      return minimumTrades(rules, { nowMs: run.clock.now(), lastSettledMs, openBatches, slotMs: config.slotMs });
    },
    put: putter(run),
    onReceived: (id: TradeId) => {
      progress.received();
      latency.received(id);
    },
    onDecoded: progress.decoded,
    readCount: config.readCount,
  };
  return pulses.intake.during(() => runIntake(intake, resumeAfter, tasks.stopping));
}

function watchedSource({ source, pulses }: LaneRun): Pick<TradeSource, 'read'> {
  return {
    read: (...args) => {
      pulses.intake.turn();
      return source.read(...args);
    },
  };
}

function repairOf(run: LaneRun): Repair {
  const { source, replays, known, progress } = run;
  return createRepair({
    ...forStage(run, 'intake'),
    ...{ source, replays },
    replayFrom: () => known.finalized,
    newRequest: randomUUID,
    onBlocked: progress.streamBlocked,
  });
}

/** A batch is written in what the config allows when it begins. */
function accumulatorOf(run: LaneRun): Accumulator<IntakeTrade> {
  const formatOf = ({ trade }: IntakeTrade) => ofItems(codecOf(trade, run.known.rules.allowedVersions));
  return createAccumulator(limitsOf(run), formatOf, run.clock);
}

function ofItems({ version, empty, minTradeBytes, says }: BatchCodec): BatchFormat<IntakeTrade> {
  const sizeOf = ({ bytes, plus }: PayloadSize<Trade>): PayloadSize<IntakeTrade> => ({
    bytes,
    plus: (item) => sizeOf(plus(item.trade)),
  });
  return { version, minTradeBytes, empty: sizeOf(empty), says: (item) => says(item.trade) };
}

/** Puts a batch into the outbox, and waits for room for the next one. */
function putter(run: LaneRun): (batch: ClosedBatch<IntakeTrade>) => Promise<void> {
  const { config, landings, ledger, pulses, tasks } = run;
  const outbox = outboxOf(run);
  return async (batch) => {
    if (ledger.open.length === 0) pulses.settle.turn();
    await putBatch(batch, outbox, tasks.stopping);
    const room = () => ledger.open.length < config.maxOpenBatches;
    await pulses.intake.resting(() => landings.until(room, tasks.stopping));
  };
}

function outboxOf(run: LaneRun): OutboxDeps {
  const { clock, ledger, progress, pulses, queue } = run;
  /** While the queue takes no pointers, nobody takes up batches. */
  const pointing: Clock = {
    now: clock.now,
    sleep(ms, signal) {
      pulses.settle.turn();
      return pulses.intake.clock.sleep(ms, signal);
    },
  };
  const { batched: onBatched, rejected: onRejected } = progress;
  return { ...forStage(run, 'outbox'), queue, ledger, backoff: backoffOf(run, pointing), onBatched, onRejected };
}
