import type { Logger } from 'pino';
import type { RelayerConfig } from './config.ts';
import { createBackoff, persist } from './domain/backoff.ts';
import { createChanges } from './domain/changes.ts';
import type { BatchKey, OutboxRow } from './domain/row.ts';
import type { IntakeTrade } from './domain/trade.ts';
import type { TransientError } from './errors.ts';
import type { Progress } from './observe/progress.ts';
import type { Chain, Clock, Journal, Metrics, Queue, TradeSource } from './ports.ts';
import { createAccumulator } from './stages/batch/accumulator.ts';
import { minimumTrades } from './stages/batch/minimum.ts';
import { followRules } from './stages/batch/rules.ts';
import { decodeEntry } from './stages/decode/decode.ts';
import { CURRENT_CODEC } from './stages/encode/codec.ts';
import { runIntake } from './stages/intake/intake.ts';
import { followFinality } from './stages/ledger/finality.ts';
import { createLedger } from './stages/ledger/ledger.ts';
import { recover } from './stages/ledger/recover.ts';
import { putBatch } from './stages/outbox/outbox.ts';
import { workOff } from './stages/outbox/work.ts';
import { createTasks } from './tasks.ts';

export interface LaneDeps {
  readonly source: TradeSource;
  readonly journal: Journal;
  readonly queue: Queue;
  readonly chain: Chain;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly progress: Progress;
  readonly logger: Logger;
  readonly config: RelayerConfig;
}

export interface LaneSignals {
  /** Take nothing new; finish what is in flight. */
  readonly stopping: AbortSignal;
  /** Leave everything as it is. */
  readonly abort: AbortSignal;
}

const RETRY_MIN_MS = 100;

/**
 * One lane, from the stream to the ledger:
 *
 *     intake ▸ decode ▸ batch ▸ outbox ─(pointer)▸ encode ▸ submit ⇄ confirm ▸ ledger ▸ finality
 *
 * Runs until told to stop. @throws whatever halted it; the rows say where to go on
 */
export async function runLane(deps: LaneDeps, { stopping, abort }: LaneSignals): Promise<void> {
  const { chain, clock, config, journal, metrics, progress, queue, source } = deps;
  const { commitment } = config;
  const backoff = () => createBackoff(clock, { minMs: RETRY_MIN_MS, maxMs: config.retryMaxMs });
  const stage = (name: string) => ({
    metrics,
    clock,
    journal,
    chain,
    logger: deps.logger.child({ stage: name }),
  });

  const recovered = await recover({ ...stage('recover'), backoff: backoff(), commitment }, stopping);
  const { market } = recovered;
  const ledger = createLedger(market, recovered.keep, journal);
  await ledger.rewind(market);
  progress.recovered(ledger.open.reduce((trades, row) => trades + row.trades.length, 0));
  progress.cursor(ledger.cursor);
  progress.finalized([], recovered.finalized.lastTradeId);

  let { rules } = recovered;
  let lastSettledMs = clock.now() - Number(market.slot - market.lastSettledSlot) * config.slotMs;
  const landings = createChanges();
  const tasks = createTasks({ stopping, abort });

  const limits = {
    maxTrades: config.maxBatchTrades,
    maxBytes: chain.payloadCapacity,
    maxAgeMs: config.maxBatchAgeMs,
  };
  const payload = { ...CURRENT_CODEC, sizeOf: (item: IntakeTrade) => CURRENT_CODEC.sizeOf(item.trade) };
  const { batched: onBatched, rejected: onRejected } = progress;
  const outbox = { ...stage('outbox'), queue, ledger, backoff: backoff(), onBatched, onRejected };
  const intake = {
    source,
    decode: decodeEntry,
    accumulator: createAccumulator(limits, payload, clock),
    minimumTrades: () => {
      const openBatches = ledger.open.length;
      return minimumTrades(rules, { nowMs: clock.now(), lastSettledMs, openBatches, slotMs: config.slotMs });
    },
    put: async (batch: readonly IntakeTrade[]) => {
      await putBatch(batch, outbox, tasks.stopping);
      await landings.until(() => ledger.open.length < config.maxOpenBatches, tasks.stopping);
    },
    onReceived: progress.received,
    onDecoded: progress.decoded,
    logger: deps.logger,
    readCount: config.readCount,
  };
  const work = {
    ...stage('settle'),
    ledger,
    timing: config,
    backoff: backoff(),
    realignBackoff: backoff(),
    onRejected,
    onSigned: progress.submitted,
    onBlocked: progress.blocked,
    onReopened: progress.reopened,
    onCursor: progress.cursor,
    onLanded: (row: OutboxRow, settleMs: number) => {
      progress.landed(row, settleMs);
      lastSettledMs = clock.now();
      landings.announce();
    },
  };
  const finality = {
    ...stage('finality'),
    ledger,
    commitment,
    pollMs: config.finalityPollMs,
    onFinalized: progress.finalized,
    onLost: (key: BatchKey) => queue.add(key),
  };
  const configuration = {
    ...stage('rules'),
    pollMs: config.rulesPollMs,
    onRules: (current: typeof rules) => {
      rules = current;
    },
  };

  const onTransient = (error: TransientError) => deps.logger.warn({ err: error }, 'queue not rebuilt, trying again');
  await persist(() => queue.rebuild(ledger.open.map((row) => row.key)), backoff(), onTransient, stopping);
  queue.consume((key) => tasks.run(() => workOff(key, work, tasks)));
  progress.state('running');
  await tasks.untilStopped([
    runIntake(intake, recovered.resumeAfter, tasks.stopping),
    followFinality(finality, tasks.stopping),
    followRules(configuration, tasks.stopping),
  ]);
  await queue.close(abort);
  tasks.throwIfFailed();
}
