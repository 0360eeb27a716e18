import type { TradeId } from '#client';
import { SPOKEN_VERSIONS } from '#client';
import type { Backoff } from '../domain/backoff.ts';
import { createBackoff } from '../domain/backoff.ts';
import type { Blocked } from '../domain/blocked.ts';
import type { Changes } from '../domain/changes.ts';
import { createChanges } from '../domain/changes.ts';
import type { ControlReading } from '../domain/control.ts';
import type { Maintenance } from '../domain/maintenance.ts';
import type { Nudges } from '../domain/nudges.ts';
import { createNudges } from '../domain/nudges.ts';
import { feeding } from '../observe/feed.ts';
import type { Pulse, PulseGroup } from '../observe/heartbeats.ts';
import type { Latency } from '../observe/latency.ts';
import { createLatency } from '../observe/latency.ts';
import type { Clock, SettlementRules } from '../ports.ts';
import type { BatchLimits } from '../stages/batch/accumulator.ts';
import { refusalBy } from '../stages/batch/rules.ts';
import type { Ledger } from '../stages/ledger/ledger.ts';
import { createLedger } from '../stages/ledger/ledger.ts';
import type { Recovered } from '../stages/ledger/recover.ts';
import { recover } from '../stages/ledger/recover.ts';
import type { Tasks } from '../tasks.ts';
import { createTasks } from '../tasks.ts';
import type { LaneDeps, LaneSignals } from './deps.ts';
import { RETRY_MIN_MS } from './deps.ts';
import { silenced } from './silenced.ts';

/** One run of a lane: what it was given, and what its stages share. */
export interface LaneRun extends LaneDeps {
  /** Intake goes on after this one. */
  readonly resumeAfter: TradeId;
  readonly ledger: Ledger;
  readonly known: Known;
  readonly pulses: Pulses;
  readonly latency: Latency;
  readonly tasks: Tasks;
  /** Ends this run at once, with why it has to begin again. */
  readonly leave: AbortController;
  /** Announced with each batch that has landed. */
  readonly landings: Changes;
  /** Announced when the config refuses batches for another reason than before, or for none, or allows other versions. */
  readonly refusals: Nudges;
}

/** What the stages last heard of the chain. */
export interface Known {
  rules: SettlementRules;
  /** What operators ask of the lane, as far as it is in effect. */
  wished: ControlReading;
  /** Version of the batch that is on its way into the outbox. */
  putting: number | undefined;
  /** The maintenance that is on. */
  maintenance: Maintenance | undefined;
  /** The last trade intake has taken. */
  taken: TradeId;
  /** Why it is not known what is final. */
  finality: Blocked | undefined;
  /** The last final trade. */
  finalized: TradeId;
  /** When the last batch with trades settled, as far as the relayer knows. */
  lastSettledMs: number;
}

export type Pulses = Readonly<
  Record<'intake' | 'settle' | 'finality' | 'rules' | 'control' | 'maintenance' | 'letters', Pulse>
>;

/**
 * Recovers the lane from the chain and the rows, and makes what its stages share.
 * @throws LockstepError FOREIGN_SETTLEMENT while a halt is not acknowledged
 */
export async function beginRun(deps: LaneDeps, beats: PulseGroup, signals: LaneSignals): Promise<LaneRun> {
  const { clock, config, journal, metrics } = deps;
  const recovered = await recoverLane(deps, beats, signals.stopping);
  const { market, finalized, rules, resumeAfter } = recovered;
  const ledger = createLedger(market, recovered.keep, journal);
  await ledger.rewind(market);
  tell(deps, ledger, recovered);
  const known: Known = {
    rules,
    wished: {},
    putting: undefined,
    maintenance: undefined,
    taken: resumeAfter,
    finality: undefined,
    finalized: finalized.lastTradeId,
    lastSettledMs: clock.now() - Number(market.slot - market.lastSettledSlot) * config.slotMs,
  };
  const pulses = {
    intake: beats.pulse('intake'),
    // An open batch has to be taken up, whether or not a pointer comes.
    settle: beats.pulse('settle', () => ledger.open.length > 0),
    finality: beats.pulse('finality'),
    rules: beats.pulse('rules'),
    control: beats.pulse('control'),
    maintenance: beats.pulse('maintenance'),
    letters: beats.pulse('letters'),
  };
  const latency = createLatency(clock, metrics);
  const shared = { ledger, known, pulses, latency, landings: createChanges(), refusals: createNudges() };
  const leave = new AbortController();
  const tasks = createTasks({
    stopping: AbortSignal.any([signals.stopping, leave.signal]),
    abort: AbortSignal.any([signals.abort, leave.signal]),
  });
  const voiced = { chain: silenced(deps.chain, known), progress: feeding(deps.progress, deps.feed) };
  return { ...deps, ...voiced, ...shared, resumeAfter, tasks, leave };
}

function recoverLane(deps: LaneDeps, beats: PulseGroup, stopping: AbortSignal): Promise<Recovered> {
  const pulse = beats.pulse('recovery');
  const { commitment } = deps.config;
  const recovery = { ...forStage(deps, 'recover'), backoff: backoffOf(deps, pulse.clock), commitment };
  return pulse.during(() => recover(recovery, stopping));
}

/** Why nothing of what the relayer writes would be taken now. */
export const refusalOf = ({ rules, wished }: Pick<Known, 'rules' | 'wished'>): Blocked | undefined => {
  const { maxVersion = Number.POSITIVE_INFINITY } = wished.control ?? {};
  return refusalBy(
    rules,
    SPOKEN_VERSIONS.filter((version) => version <= maxVersion),
  );
};

function tell({ metrics, progress }: LaneDeps, ledger: Ledger, { finalized }: Recovered): void {
  progress.recovered(ledger.open.reduce((trades, row) => trades + row.trades.length, 0));
  metrics.set('batches_open', ledger.open.length);
  metrics.set('batches_unfinalized', ledger.landed.length);
  progress.cursor(ledger.cursor);
  progress.finalized([], finalized.lastTradeId);
}

/** What every stage is given; its log lines carry its name. */
export const forStage = ({ metrics, clock, journal, chain, logger }: LaneDeps, stage: string) => ({
  ...{ metrics, clock, journal, chain },
  logger: logger.child({ stage }),
});

/** When a batch closes. */
export const limitsOf = ({ chain, config }: Pick<LaneDeps, 'chain' | 'config'>): BatchLimits => ({
  maxTrades: config.maxBatchTrades,
  maxBytes: chain.payloadCapacity,
  maxAgeMs: config.maxBatchAgeMs,
});

export const backoffOf = ({ config }: Pick<LaneDeps, 'config'>, timer: Clock): Backoff =>
  createBackoff(timer, { minMs: RETRY_MIN_MS, maxMs: config.retryMaxMs });
