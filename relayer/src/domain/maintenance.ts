import type { TradeId } from '#client';
import type { Blocked } from './blocked.ts';

/** Of a lane that is being maintained, in order; before and after it the lane is live, and has none. */
export const MAINTENANCE_PHASES = ['draining', 'ready', 'upgrading', 'verifying'] as const;

export type MaintenancePhase = (typeof MAINTENANCE_PHASES)[number];

/** What an operator asked of a lane: to come to a point where nothing is pending, and to stay there. */
export interface Maintenance {
  /** 1 to 64 of `A-Z a-z 0-9 . _ : -`; used once. */
  readonly id: string;
  readonly phase: MaintenancePhase;
  /** The engine's last id when it acknowledged the pause: what is above is held. Absent until it did. */
  readonly cut?: TradeId;
  /** Who asked, and why: for people. */
  readonly owner: string;
  readonly reason: string;
  /** Milliseconds since 1970. */
  readonly startedMs: number;
  /** When the phase began. */
  readonly phaseMs: number;
  /** When it should be over; nothing happens by itself then. */
  readonly deadlineMs?: number;
  /** The engine was paused already, by somebody else: it is left paused. */
  readonly wasPaused?: true;
}

/** What stands in a lane's maintenance hash. */
export interface MaintenanceReading {
  /** Undefined while the lane is live. */
  readonly maintenance?: Maintenance;
  /** Why what stands there is no maintenance. */
  readonly ignored?: string;
}

/** Trades up to the cut that are not final, by where they are. */
export interface Pending {
  /** In the engine's stream, not read. */
  readonly stream: number;
  /** In a batch that is open. */
  readonly open: number;
  /** In rows that are not signed. */
  readonly outbox: number;
  /** In rows that may be on the wire. */
  readonly inFlight: number;
  /** On-chain at the lane's commitment, not final. */
  readonly unfinalized: number;
  /** Void, and nobody has replaced, dropped or waived them. */
  readonly deadLetters: number;
}

export const NOTHING_PENDING: Pending = {
  stream: 0,
  open: 0,
  outbox: 0,
  inFlight: 0,
  unfinalized: 0,
  deadLetters: 0,
};

export const pendingTrades = (pending: Pending): number =>
  Object.values(pending).reduce<number>((sum, trades) => sum + trades, 0);

/** What a phase waits for. */
export interface PhaseBlock extends Blocked {
  /** Trades it is about, when they can be named. */
  readonly ids?: readonly TradeId[];
}

/** What the relayer that has the lane says of a maintenance. */
export interface FlushReport {
  readonly id: string;
  /** In effect. */
  readonly phase: MaintenancePhase;
  readonly cut?: TradeId;
  readonly pending: Pending;
  /** Trades above the cut that are in the stream. */
  readonly held: number;
  /** What the phase waits for. */
  readonly blocked: readonly PhaseBlock[];
  /** Milliseconds since 1970. */
  readonly seenMs: number;
}

/** The program may be replaced: nothing is signed or sent, and nothing is asked of the chain. */
export const isQuiet = (maintenance: Pick<Maintenance, 'phase'> | undefined): boolean =>
  maintenance !== undefined && maintenance.phase !== 'draining';

export const isOverdue = ({ deadlineMs }: Pick<Maintenance, 'deadlineMs'>, nowMs: number): boolean =>
  deadlineMs !== undefined && nowMs > deadlineMs;

/** What the engine says of the pause a maintenance needs. */
export interface EngineWord {
  /** The request to pause or run that stands in its control keys; '' for none. */
  readonly asked: string;
  /** The one it dealt with last, and why it did not do it. */
  readonly answered: string;
  readonly refused: string;
  readonly isPaused: boolean;
  /** The last trade it wrote; exact while it is paused. */
  readonly lastId: TradeId | undefined;
  /** Milliseconds since it spoke; undefined when it never did. */
  readonly silentMs: number | undefined;
}

/** A maintenance and what it depends on, at one moment. */
export interface MaintenanceView extends MaintenanceReading {
  /** Redis' clock, milliseconds since 1970. */
  readonly nowMs: number;
  /** The maintenance that ended last. */
  readonly ended: string | undefined;
  readonly engine: EngineWord;
  /** Last id of the trade stream; undefined without one. */
  readonly streamEnd: TradeId | undefined;
  /** Open dead letters up to the cut that nobody waived: how many, and the first of them. */
  readonly letters: { readonly count: number; readonly ids: readonly TradeId[] };
}
