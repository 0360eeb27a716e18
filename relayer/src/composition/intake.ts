import { randomUUID } from 'node:crypto';
import type { TradeId } from '#client';
import type { Cutting } from '../domain/control.ts';
import type { IntakeTrade, Trade } from '../domain/trade.ts';
import type { Clock, TradeSource } from '../ports.ts';
import type { Accumulator, BatchFormat, ClosedBatch, PayloadSize } from '../stages/batch/accumulator.ts';
import { createAccumulator } from '../stages/batch/accumulator.ts';
import { cutAnew } from '../stages/batch/cut.ts';
import { minimumTrades } from '../stages/batch/minimum.ts';
import { decodeEntry } from '../stages/decode/decode.ts';
import { formatOf } from '../stages/encode/codec.ts';
import { runIntake } from '../stages/intake/intake.ts';
import type { Repair } from '../stages/intake/repair.ts';
import { createRepair } from '../stages/intake/repair.ts';
import type { OutboxDeps } from '../stages/outbox/outbox.ts';
import { putBatch } from '../stages/outbox/outbox.ts';
import { versionsOf } from './control.ts';
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
      known.taken = id;
      progress.received();
      latency.received(id);
    },
    onDecoded: progress.decoded,
    readCount: config.readCount,
    upTo: () => known.maintenance?.cut,
    clock: pulses.intake.clock,
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

/** A batch is written in what config and control allow when it begins. */
function accumulatorOf(run: LaneRun): Accumulator<IntakeTrade> {
  const { cutting } = versionsOf(run);
  return createAccumulator(limitsOf(run), ({ trade }) => ofItems(trade, cutting()), run.clock);
}

function ofItems(first: Trade, cutting: Cutting): BatchFormat<IntakeTrade> {
  const { version, empty, minTradeBytes, as } = formatOf(first, cutting);
  const sizeOf = ({ bytes, plus }: PayloadSize<Trade>): PayloadSize<IntakeTrade> => ({
    bytes,
    plus: (item) => sizeOf(plus(item.trade)),
  });
  const said = (item: IntakeTrade): IntakeTrade | undefined => {
    const trade = as(item.trade);
    return trade === item.trade ? item : trade && { ...item, trade, isLossy: true };
  };
  return { version, minTradeBytes, empty: sizeOf(empty), as: said };
}

/** Puts a batch into the outbox, and waits for room for the next one. */
function putter(run: LaneRun): (batch: ClosedBatch<IntakeTrade>) => Promise<void> {
  const { config, known, landings, ledger, pulses, tasks } = run;
  const { cutting, limits } = versionsOf(run);
  const outbox = outboxOf(run);
  const room = () => ledger.open.length < config.maxOpenBatches;
  /** A batch may have begun before operators wanted a lower version. */
  const asWished = (batch: ClosedBatch<IntakeTrade>) =>
    batch.version <= cutting().maxVersion
      ? [batch]
      : cutAnew(batch.trades, limits, ({ trade }) => ofItems(trade, cutting()));
  return async (batch) => {
    for (const piece of asWished(batch)) {
      if (ledger.open.length === 0) pulses.settle.turn();
      known.putting = piece.version;
      await putBatch(piece, outbox, tasks.stopping);
      known.putting = undefined;
      await pulses.intake.resting(() => landings.until(room, tasks.stopping));
    }
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
