import type { Sequence, TradeId } from '#client';
import { sequence, tradeId } from '#client';
import type { Blocked } from '../domain/blocked.ts';
import { createChanges } from '../domain/changes.ts';
import type { ControlReading, RowsByVersion } from '../domain/control.ts';
import { countVersions } from '../domain/control.ts';
import type { Cursor } from '../domain/cursor.ts';
import type { FlushReport, Maintenance } from '../domain/maintenance.ts';
import { MAINTENANCE_PHASES, NOTHING_PENDING } from '../domain/maintenance.ts';
import type { OutboxRow } from '../domain/row.ts';
import type { RejectedTrade } from '../domain/trade.ts';
import type { Metrics } from '../ports.ts';

/**
 * waiting: another relayer has the lane · recovering: reading chain and journal · running · blocked: `blocked` says by what ·
 * maintenance: nothing is pending and nothing is sent, until operators end it · halted: an error nobody retries · stopped.
 */
export type LaneState = 'waiting' | 'recovering' | 'running' | 'blocked' | 'maintenance' | 'halted' | 'stopped';

/** One look at a lane. Counts are trades since this process started, unless said otherwise. */
export interface LaneStatus {
  /** The market's address. */
  readonly lane: string;
  readonly state: LaneState;
  readonly received: number;
  readonly decoded: number;
  readonly batched: number;
  /** Signed for the first time. */
  readonly submitted: number;
  /** On-chain at the lane's commitment. */
  readonly confirmed: number;
  readonly finalized: number;
  /** Batches on-chain at the lane's commitment. */
  readonly batches: number;
  /** The chain's cursor at the lane's commitment; 0 before it was read. */
  readonly lastTradeId: TradeId;
  readonly nextSequence: Sequence;
  /** The newest at the end; all of them are in the journal. */
  readonly rejected: readonly RejectedTrade[];
  readonly rejectedCount: number;
  /** Trades received and not on-chain yet. */
  readonly pending: number;
  /** What operators ask of the lane; absent while they ask for nothing. */
  readonly control?: ControlStatus;
  /** Batches in the outbox, landed ones that are not final included. */
  readonly rowsByVersion: RowsByVersion;
  /** What the lane is maintained for, and what its phase waits for; absent while the lane is live. */
  readonly maintenance?: MaintenanceStatus;
  readonly blocked?: Blocked;
}

/** A maintenance that is on. */
export interface MaintenanceStatus extends Maintenance, Pick<FlushReport, 'pending' | 'held' | 'blocked'> {
  /** Its deadline is over. */
  readonly overdue: boolean;
}

export interface ControlStatus {
  /** In effect; absent when nothing is. */
  readonly request?: string;
  readonly maxVersion?: number;
  readonly asV1To?: TradeId;
  /** Why what stands in the control hash changes nothing. */
  readonly ignored?: string;
}

/** What the stages report while they work. */
export interface Progress {
  state(state: LaneState): void;
  cursor(cursor: Cursor): void;
  /** The lane begins, with so many trades an earlier run or hold left in the outbox. */
  recovered(trades: number): void;
  received(): void;
  decoded(): void;
  batched(row: OutboxRow): void;
  submitted(row: OutboxRow): void;
  landed(row: OutboxRow, settleMs: number): void;
  reopened(rows: readonly OutboxRow[]): void;
  finalized(rows: readonly OutboxRow[], lastTradeId: TradeId): void;
  rejected(trade: RejectedTrade): void;
  /** What holds the batch in work. */
  blocked(cause: Blocked | undefined): void;
  /** What keeps the queue from handing out batches. */
  queueBlocked(cause: Blocked | undefined): void;
  /** What the program's config says against every batch of this relayer. */
  rulesBlocked(cause: Blocked | undefined): void;
  /** What keeps the trade stream from being read. */
  streamBlocked(cause: Blocked | undefined): void;
  /** What of the operators' control is in effect. */
  control(reading: ControlReading): void;
  /** The maintenance that is on. */
  maintenance(status: MaintenanceStatus | undefined): void;
  /** Everything that holds the lane now. */
  blockers(): readonly Blocked[];
  /** Where the rows are counted, until the lane is lost. */
  outbox(rows: () => RowsByVersion): void;
  /** Ends every wait with this error. */
  failed(error: unknown): void;
  status(): LaneStatus;
  /** @throws what the lane halted with, or the signal's reason */
  untilSettled(last: TradeId, options: { readonly finalized?: boolean; readonly signal?: AbortSignal }): Promise<void>;
}

const WITHOUT_LEASE: ReadonlySet<LaneState> = new Set(['waiting', 'halted', 'stopped']);
const noRows = () => countVersions([]);
/** A status is no archive. */
const MAX_REJECTED_SHOWN = 1_000;

export function createProgress(lane: string, metrics: Metrics): Progress {
  const changes = createChanges();
  const counts = { received: 0, decoded: 0, batched: 0, submitted: 0, confirmed: 0, finalized: 0, batches: 0 };
  const rejected: RejectedTrade[] = [];
  let rejectedCount = 0;
  let state: LaneState = 'waiting';
  let batchBlocked: Blocked | undefined;
  let queueBlocked: Blocked | undefined;
  let rulesBlocked: Blocked | undefined;
  let streamBlocked: Blocked | undefined;
  let maintenance: MaintenanceStatus | undefined;
  const blockers = () => [rulesBlocked, batchBlocked, queueBlocked, streamBlocked].filter((one) => one !== undefined);
  const blockedNow = () => blockers()[0];
  const countBlocked = () => {
    metrics.set('blocked', blockedNow() === undefined ? 0 : 1);
    metrics.set('blocked_v2_only', batchBlocked?.code === 'V2_ONLY_TRADE' ? 1 : 0);
  };
  let cursor: Cursor = { nextSequence: sequence(0n), lastTradeId: tradeId(0n) };
  let finalizedTradeId = tradeId(0n);
  let pending = 0;
  let control: ControlStatus | undefined;
  let rowsByVersion = noRows;

  return {
    state(next) {
      state = next;
      if (next === 'waiting') {
        rulesBlocked = batchBlocked = queueBlocked = streamBlocked = undefined;
        control = undefined;
        rowsByVersion = noRows;
      }
      countBlocked();
      metrics.set('lease_held', WITHOUT_LEASE.has(next) ? 0 : 1);
      // What another relayer has now is not this one's to count.
      if (next === 'waiting')
        for (const gauge of ['batches_open', 'batches_unfinalized'] as const) metrics.set(gauge, 0);
      changes.announce();
    },
    cursor(next) {
      cursor = next;
      metrics.set('last_trade_id', Number(next.lastTradeId));
      changes.announce();
    },
    recovered(trades) {
      pending = trades;
    },
    received() {
      counts.received += 1;
      pending += 1;
      metrics.increment('trades_received');
    },
    decoded() {
      counts.decoded += 1;
    },
    batched(row) {
      counts.batched += row.trades.length;
      metrics.increment('batches_closed');
    },
    submitted(row) {
      counts.submitted += row.trades.length;
    },
    landed(row, settleMs) {
      counts.confirmed += row.trades.length;
      counts.batches += 1;
      pending -= row.trades.length;
      metrics.increment('batches_settled');
      metrics.increment('batches_settled_by_version', 1, { version: row.version });
      metrics.increment('trades_settled', row.trades.length);
      metrics.observe('batch_settle_seconds', settleMs / 1_000);
      changes.announce();
    },
    reopened(rows) {
      for (const row of rows) pending += row.trades.length;
      metrics.increment('batches_reopened', rows.length);
    },
    finalized(rows, lastTradeId) {
      for (const row of rows) {
        counts.finalized += row.trades.length;
        metrics.increment('trades_finalized', row.trades.length);
      }
      finalizedTradeId = lastTradeId;
      changes.announce();
    },
    rejected(trade) {
      rejectedCount += 1;
      rejected.push(trade);
      if (rejected.length > MAX_REJECTED_SHOWN) rejected.shift();
      metrics.increment('trades_rejected');
    },
    blocked(cause) {
      batchBlocked = cause;
      countBlocked();
    },
    rulesBlocked(cause) {
      rulesBlocked = cause;
      countBlocked();
    },
    queueBlocked(cause) {
      queueBlocked = cause;
      countBlocked();
    },
    streamBlocked(cause) {
      streamBlocked = cause;
      countBlocked();
    },
    control(reading) {
      control = controlStatus(reading);
    },
    maintenance(status) {
      maintenance = status;
      countMaintenance(status, metrics);
      changes.announce();
    },
    blockers,
    outbox(rows) {
      rowsByVersion = rows;
    },
    failed: changes.fail,
    status: () => {
      const blocked = blockedNow();
      return {
        lane,
        state: state === 'running' && blocked !== undefined ? 'blocked' : state,
        ...counts,
        lastTradeId: cursor.lastTradeId,
        nextSequence: cursor.nextSequence,
        rejected: [...rejected],
        rejectedCount,
        pending,
        ...(control === undefined ? {} : { control }),
        rowsByVersion: rowsByVersion(),
        ...(maintenance === undefined ? {} : { maintenance }),
        ...(blocked === undefined ? {} : { blocked: { code: blocked.code, reason: blocked.reason } }),
      };
    },
    untilSettled(last, { finalized = false, signal }) {
      return changes.until(() => (finalized ? finalizedTradeId : cursor.lastTradeId) >= last, signal);
    },
  };
}

function countMaintenance(status: MaintenanceStatus | undefined, metrics: Metrics): void {
  metrics.set('maintenance_phase', status === undefined ? 0 : MAINTENANCE_PHASES.indexOf(status.phase) + 1);
  for (const [place, trades] of Object.entries(status?.pending ?? NOTHING_PENDING)) {
    metrics.set('maintenance_pending', trades, { place });
  }
  metrics.set('maintenance_held', status?.held ?? 0);
  metrics.set('maintenance_overdue', status?.overdue ? 1 : 0);
}

function controlStatus({ control, ignored }: ControlReading): ControlStatus | undefined {
  if (control === undefined && ignored === undefined) return undefined;
  const { request, maxVersion, asV1To } = control ?? {};
  return {
    ...(request === undefined ? {} : { request }),
    ...(maxVersion === undefined ? {} : { maxVersion }),
    ...(asV1To === undefined ? {} : { asV1To }),
    ...(ignored === undefined ? {} : { ignored }),
  };
}
