import type { Settlement } from './settlement.ts';
import { SETTLEMENT_PAUSED } from './settlement.ts';

/** Why no orders are taken: a phase of a maintenance, or what holds the engine without one. */
export type ClosedPhase = 'draining' | 'ready' | 'upgrading' | 'verifying' | 'paused' | 'silent';

/** What the relayer says a maintenance waits for. */
export interface FlushReport {
  /** Trades up to the cut that are not final, by where they are. */
  readonly pending: Readonly<Record<string, number>>;
  /** Trades above the cut; they settle after the end. */
  readonly held: number;
  readonly blocked: readonly { readonly code: string; readonly reason: string }[];
}

export interface Closed {
  readonly kind: 'closed';
  readonly phase: ClosedPhase;
  /** Of the maintenance; none while the engine alone is away. */
  readonly id?: string;
  readonly reason: string;
  /** Milliseconds since 1970. */
  readonly startedMs: number;
  readonly deadlineMs?: number;
  readonly report?: FlushReport;
}

/** How a maintenance ended that is over since not long ago. */
export interface Resumed {
  readonly endedMs: number;
  readonly startedMs: number;
  /** The last phase that was seen. */
  readonly phase: string;
}

export interface Open {
  readonly kind: 'open';
  readonly resumed?: Resumed;
}

export type MarketState =
  | Open
  | Closed
  /** Redis does not answer: nothing is known, and nothing can be taken. */
  | { readonly kind: 'unknown' };

const SAID: Readonly<Record<ClosedPhase, string>> = {
  draining: 'the trades under way are being settled',
  ready: 'everything is settled and the upgrade is about to begin',
  upgrading: 'the upgrade is under way',
  verifying: 'the upgrade is being verified',
  paused: 'the engine is paused',
  silent: 'the engine does not answer',
};

const iso = (ms: number): string => new Date(ms).toISOString();

/** What every refusal in maintenance says, and GET /maintenance. */
export function describeClosed(closed: Closed, retryAfterSeconds: number): Readonly<Record<string, unknown>> {
  const { phase, id, reason, startedMs, deadlineMs, report } = closed;
  return {
    phase,
    ...(id === undefined ? {} : { id }),
    reason,
    startedAt: iso(startedMs),
    ...(deadlineMs === undefined ? {} : { deadline: iso(deadlineMs) }),
    ...(report === undefined ? {} : { progress: report }),
    retryAfterSeconds,
  };
}

export const sayClosed = ({ phase }: Closed): string => `System Maintenance: ${SAID[phase]}`;

export interface DescribedPlace {
  /** base58. */
  readonly market: string;
  readonly settlement: Settlement;
  readonly retryAfterSeconds: number;
}

/** GET /maintenance, and each event of GET /maintenance/events. */
export function describeState(
  state: MarketState,
  { market, settlement, retryAfterSeconds }: DescribedPlace,
): Readonly<Record<string, unknown>> {
  const place = { market, settlement };
  if (state.kind === 'closed') {
    return { ...place, status: 'maintenance', message: sayClosed(state), ...describeClosed(state, retryAfterSeconds) };
  }
  if (state.kind === 'unknown')
    return { ...place, status: 'unknown', message: 'The gateway cannot see the market now.', retryAfterSeconds };
  return {
    ...place,
    status: 'open',
    message: settlement === 'paused' ? `Orders are taken. ${SETTLEMENT_PAUSED}` : 'Orders are taken.',
    ...(state.resumed === undefined ? {} : { resumed: resumedFields(state.resumed) }),
  };
}

const resumedFields = ({ endedMs, startedMs, phase }: Resumed) => ({
  startedAt: iso(startedMs),
  endedAt: iso(endedMs),
  lastPhase: phase,
});

/** The first message on a websocket that is closed with 1012 right after it. */
export const alertMessage = (closed: Closed, retryAfterSeconds: number, from: string | undefined) => ({
  type: 'alert',
  code: 'MAINTENANCE',
  message: 'System Maintenance',
  ...describeClosed(closed, retryAfterSeconds),
  // Where to go on afterwards without missing a batch.
  ...(from === undefined ? {} : { from }),
});

/** The first message on a websocket after a maintenance. */
export const resumedNotice = (resumed: Resumed) => ({
  type: 'notice',
  code: 'RESUMED',
  message: 'The maintenance is over; orders are taken.',
  ...resumedFields(resumed),
});
