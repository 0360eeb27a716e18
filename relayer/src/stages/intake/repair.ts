import type { Logger } from 'pino';
import type { TradeId } from '#client';
import type { Blocked } from '../../domain/blocked.ts';
import type { Clock, Metrics, ReplayState, Replays, Silence, TradeSource } from '../../ports.ts';

/**
 * Has a stream that can't be read on written again: finds out that nothing more will come, asks the engine for a replay, says so, and
 * asks again when that did not help. The lane itself goes on by reading: the replay is a new generation, and the pointer leads there.
 */
export interface Repair {
  /** Trades arrived: whatever it was is over. */
  done(): void;
  /** There was nothing to read after `last`. */
  look(last: TradeId): Promise<void>;
}

export interface RepairDeps {
  readonly source: Pick<TradeSource, 'silence'>;
  readonly replays: Replays;
  /** No reader needs a trade up to this one any more. */
  readonly replayFrom: () => TradeId;
  /** A request id that was never used. */
  readonly newRequest: () => string;
  readonly onBlocked: (cause: Blocked | undefined) => void;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/** A quiet stream is looked at no more often than this. */
const LOOK_MS = 250;
/** Time for an engine to notice by itself that Redis lost something: its lease, in which another one may have to take over. */
const GRACE_MS = 3_000;
/** An engine speaks at least once a second; after this one it is called silent. */
const SILENT_MS = 3_000;
/** Waits before a request that was answered in vain is made again: each costs the engine a replay. */
const RETRY_MIN_MS = 1_000;
const RETRY_MAX_MS = 60_000;

interface Asked {
  readonly from: TradeId;
  readonly request: string;
  readonly answer: ReplayState['answer'];
}

export function createRepair(deps: RepairDeps): Repair {
  const { source, replays, replayFrom, newRequest, onBlocked, clock, metrics, logger } = deps;
  const patience = createPatience(clock);
  let lookAtMs = 0;
  let isBlocked = false;
  let asked: Asked | undefined;
  let retryMs = RETRY_MIN_MS;
  let askAgainAtMs = 0;

  const unblock = () => {
    if (!isBlocked) return;
    isBlocked = false;
    logger.info('the trade stream can be read on');
    onBlocked(undefined);
  };
  const standing = (): Asked => {
    if (asked !== undefined && (asked.answer === 'none' || clock.now() < askAgainAtMs)) return asked;
    metrics.increment('replay_requests');
    return { from: replayFrom(), request: newRequest(), answer: 'none' };
  };
  const ask = (flaw: Blocked) => follow(standing(), flaw);
  /** Has the request stand until it is answered, and says what is true now. */
  const follow = async (before: Asked, flaw: Blocked) => {
    const state = await replays.ask(before.from, before.request);
    const { request, answer } = state;
    if (answer !== 'none' && before.answer === 'none') {
      askAgainAtMs = clock.now() + retryMs;
      retryMs = Math.min(retryMs * 2, RETRY_MAX_MS);
    }
    const reason = `${flaw.reason}; replay from ${before.from} asked for as ${request}: ${whatEngineSays(state)}`;
    if (!isBlocked || request !== asked?.request || answer !== asked.answer) {
      logger.warn({ code: flaw.code, reason }, 'the trade stream can not be read on');
    }
    asked = { from: before.from, request, answer };
    isBlocked = true;
    onBlocked({ code: flaw.code, reason });
  };

  return {
    done() {
      patience.reset();
      asked = undefined;
      retryMs = RETRY_MIN_MS;
      unblock();
    },
    async look(last) {
      if (clock.now() < lookAtMs) return;
      lookAtMs = clock.now() + LOOK_MS;
      const silence = await source.silence(last);
      if (silence.kind === 'sound') unblock();
      const flaw = patience.exhaustedBy(silence);
      if (flaw !== undefined) await ask(flaw);
      // It may yet pass by itself: nothing new is asked for, and what was said of it before is true no more.
      else if (isBlocked && asked !== undefined && silence.kind !== 'sound')
        await follow(asked, passing(silence, last));
    },
  };
}

function passing(silence: Exclude<Silence, { kind: 'sound' }>, last: TradeId): Blocked {
  if (silence.kind !== 'behind') return silence.flaw;
  const reason = `${silence.flaw.reason}; the stream is written again: at ${silence.end} of ${last}`;
  return { code: silence.flaw.code, reason };
}

/** What may pass by itself is a flaw only when it lasts; an engine that writes on is given all the time it needs. */
function createPatience(clock: Clock) {
  let waiting: { readonly end: TradeId | undefined; readonly sinceMs: number } | undefined;
  return {
    reset() {
      waiting = undefined;
    },
    exhaustedBy(silence: Silence): Blocked | undefined {
      if (silence.kind === 'broken') return silence.flaw;
      if (silence.kind === 'sound' || (silence.kind === 'absent' && !silence.isKnown)) {
        waiting = undefined;
        return undefined;
      }
      const end = silence.kind === 'behind' ? silence.end : undefined;
      if (waiting === undefined || waiting.end !== end) waiting = { end, sinceMs: clock.now() };
      return clock.now() - waiting.sinceMs < GRACE_MS ? undefined : silence.flaw;
    },
  };
}

function whatEngineSays({ answer, refused, silentMs }: ReplayState): string {
  if (answer === 'done') return 'the engine says it is done';
  if (answer === 'refused') return `the engine refused: ${refused}`;
  if (silentMs === undefined) return 'no engine has spoken';
  if (silentMs > SILENT_MS) return `the engine is silent since ${silentMs} ms`;
  return `the engine spoke ${silentMs} ms ago and has not answered`;
}
