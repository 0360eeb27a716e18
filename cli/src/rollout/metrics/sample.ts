/** What the relayer's metrics said at one moment. */
export interface Sample {
  /** When it was taken, in ms of a clock that only grows. */
  readonly atMs: number;
  /** Names the processes the counters are of: another one means that they began anew. */
  readonly identity: string;
  readonly tradesSettled: number;
  readonly tradesRejected: number;
  readonly batchesSettled: number;
  /** Of the version that is rolled out. */
  readonly batchesOfVersion: number;
  readonly attemptsFailed: number;
  /** The lane waits for something outside. */
  readonly isBlocked: boolean;
  /** Trades by latency: how many took at most so many seconds, ascending, the last bound infinite. */
  readonly latency: readonly Bucket[];
}

export interface Bucket {
  readonly atMostSeconds: number;
  readonly count: number;
}

/** One line of an exposition, or one series of a query. */
export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const PREFIX = 'lockstep_relayer_';
const START = 'process_start_time_seconds';
const LATENCY = `${PREFIX}trade_latency_seconds_bucket`;

/** Every metric a sample is made of. */
export const SAMPLED = [
  START,
  LATENCY,
  ...[
    'trades_settled_total',
    'trades_rejected_total',
    'batches_settled_total',
    'batches_settled_by_version_total',
    'transactions_failed_total',
    'blocked',
  ].map((name) => `${PREFIX}${name}`),
];

/** Undefined when a metric that a verdict needs is missing: that is no zero. */
export function sampleOf(
  all: readonly Series[],
  of: { readonly lane: string; readonly version: number },
  atMs: number,
): Sample | undefined {
  const series = all.filter(({ labels, value }) => labels.lane === of.lane && !Number.isNaN(value));
  const named = (name: string) => series.filter((one) => one.name === name);
  const total = (name: string) => {
    const found = named(`${PREFIX}${name}`);
    return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0);
  };
  const identity = named(START).map(({ labels, value }) => `${labels.instance ?? ''}@${value}`);
  const tradesSettled = total('trades_settled_total');
  const tradesRejected = total('trades_rejected_total');
  const batchesSettled = total('batches_settled_total');
  const attemptsFailed = total('transactions_failed_total');
  const blocked = total('blocked');
  const latency = bucketsOf(named(LATENCY));
  if (tradesSettled === undefined || tradesRejected === undefined || batchesSettled === undefined) return undefined;
  if (attemptsFailed === undefined || blocked === undefined || identity.length === 0) return undefined;
  if (latency.at(-1)?.atMostSeconds !== Number.POSITIVE_INFINITY) return undefined;
  // A version that has settled nothing has no series yet.
  const batchesOfVersion = named(`${PREFIX}batches_settled_by_version_total`)
    .filter(({ labels }) => labels.version === `${of.version}`)
    .reduce((sum, { value }) => sum + value, 0);
  return {
    ...{ atMs, identity: identity.sort().join(' '), tradesSettled, tradesRejected, batchesSettled, batchesOfVersion },
    ...{ attemptsFailed, isBlocked: blocked > 0, latency },
  };
}

function bucketsOf(series: readonly Series[]): Bucket[] {
  const counts = new Map<number, number>();
  for (const { labels, value } of series) {
    const bound = labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le);
    if (!Number.isNaN(bound)) counts.set(bound, (counts.get(bound) ?? 0) + value);
  }
  return [...counts].map(([atMostSeconds, count]) => ({ atMostSeconds, count })).sort(byBound);
}

const byBound = (one: Bucket, other: Bucket): number => one.atMostSeconds - other.atMostSeconds;
