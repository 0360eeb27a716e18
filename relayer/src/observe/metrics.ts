import type { Counter, Gauge, Histogram, Metrics } from '../ports.ts';

/** What each number means; the exposition takes its help text from here. */
export const COUNTER_HELP: Readonly<Record<Counter, string>> = {
  trades_received: 'Entries read from the trade stream.',
  trades_rejected: 'Trades settled as a void because the program or the decoder refused them.',
  trades_settled: 'Trades on-chain at the lane commitment, voids included.',
  trades_finalized: 'Trades on-chain at finalised commitment.',
  trades_as_v1: 'Trades that lost order type and fee tier on an operator’s word.',
  batches_closed: 'Batches written to the outbox.',
  batches_settled: 'Batches on-chain at the lane commitment.',
  batches_settled_by_version: 'The same by batch version, in the label `version`.',
  batches_reopened: 'Batches a fork took back after they had landed.',
  transactions_signed: 'Transactions signed, re-signed ones included.',
  transactions_sent: 'Sends acknowledged by a node; the same bytes are sent several times.',
  transactions_failed: 'Attempts that failed at finalised commitment.',
  transactions_expired: 'Attempts proven never to land.',
  rpc_errors: 'RPC calls that answered nothing useful.',
  rpc_failovers: 'Calls that one of several RPC endpoints did not answer, so that another one was asked.',
  queue_errors: 'Pointers the queue did not take at once.',
  replay_requests: 'Replays asked of the engine because its stream could not be read on.',
};

export const GAUGE_HELP: Readonly<Record<Gauge, string>> = {
  batches_open: 'Batches in the outbox that have not landed.',
  batches_unfinalized: 'Batches landed and not final yet.',
  last_trade_id: 'Last trade id on-chain at the lane commitment.',
  dead_letters_open: 'Trades settled, or about to be, as a void that nobody has replaced or dropped yet.',
  blocked: '1 while something outside holds the lane.',
  blocked_v2_only: '1 while a trade that batch version 2 alone can express waits for it, and all behind it.',
  lease_held: '1 while this process has the lane.',
  maintenance_phase: '0 live, 1 draining, 2 ready, 3 upgrading, 4 verifying.',
  maintenance_pending:
    'Trades up to the cut of a maintenance that are not final, by where they are, in the label `place`.',
  maintenance_held: 'Trades above the cut of a maintenance, which wait for its end.',
  maintenance_overdue: '1 while a maintenance goes on after its deadline.',
  info: '1, with the labels `release` and `speaks`: batch versions with commas between.',
};

/** Labels beside the lane. */
export const LABELS: Readonly<Partial<Record<Counter | Gauge, readonly string[]>>> = {
  batches_settled_by_version: ['version'],
  info: ['release', 'speaks'],
  maintenance_pending: ['place'],
};

export const HISTOGRAM_HELP: Readonly<Record<Histogram, string>> = {
  batch_settle_seconds: 'From the first look at a batch to its landing.',
  trade_latency_seconds: 'From reading a trade in the stream to its landing, voids included.',
};

const PREFIX = 'lockstep_relayer_';

/** What the exposition calls it. */
export const exposedName = (name: Counter | Gauge | Histogram): string =>
  name in COUNTER_HELP ? `${PREFIX}${name}_total` : `${PREFIX}${name}`;

/** When nobody reads them. */
export const noMetrics: Metrics = { increment: () => {}, set: () => {}, observe: () => {} };
