import type { TradeId } from '#client';
import { tradeId } from '#client';
import type { Mode } from './wishes.ts';
import { CONTROL_VERSION } from './wishes.ts';

/** The last request of a kind that was dealt with; a request with the same id is the same request. */
export interface Answered {
  readonly request: string;
  /** Why it was not done; empty when it was. */
  readonly refused: string;
}

/** What `engine:<market>` says. */
export interface EngineStatus {
  readonly mode: Mode;
  readonly modeAnswer: Answered;
  /** Schema of new trades. */
  readonly emit: string;
  /** Schemas it could write. */
  readonly spoken: readonly string[];
  readonly emitAnswer: Answered;
  readonly replayAnswer: Answered;
  /** With the id a trade was retried as, once it was. */
  readonly retryAnswer: Answered & { readonly as?: TradeId };
  /** No trade above it exists while `mode` is `pause`; otherwise as of the last report. */
  readonly lastId: TradeId;
  readonly generation: bigint;
  /** What of `control:<market>` was passed over because it has no id to answer to. */
  readonly ignored: string;
}

const unasked: Answered = { request: '', refused: '' };

export const freshStatus = (
  { head, generation }: { readonly head: TradeId; readonly generation: bigint },
  { current, spoken }: { readonly current: string; readonly spoken: readonly string[] },
): EngineStatus => ({
  mode: 'run',
  modeAnswer: unasked,
  emit: current,
  spoken,
  emitAnswer: unasked,
  replayAnswer: unasked,
  retryAnswer: unasked,
  lastId: head,
  generation,
  ignored: '',
});

/** Who says it. */
export interface Speaker {
  readonly owner: string;
  /** Of Lockstep, as a semver. */
  readonly release: string;
}

/** The hash as HSET takes it. */
export function encodeStatus(status: EngineStatus, { owner, release }: Speaker, seenMs: number): string[] {
  return Object.entries({
    v: CONTROL_VERSION,
    owner,
    release,
    seen_ms: `${Math.floor(seenMs)}`,
    mode: status.mode,
    mode_request: status.modeAnswer.request,
    mode_refused: status.modeAnswer.refused,
    emit: status.emit,
    emit_request: status.emitAnswer.request,
    emit_refused: status.emitAnswer.refused,
    emit_spoken: status.spoken.join(','),
    replay_request: status.replayAnswer.request,
    replay_refused: status.replayAnswer.refused,
    retry_request: status.retryAnswer.request,
    retry_refused: status.retryAnswer.refused,
    retried_as: `${status.retryAnswer.as ?? ''}`,
    last_id: `${status.lastId}`,
    generation: `${status.generation}`,
    ignored: status.ignored,
  }).flat();
}

/**
 * What an engine that starts takes over from the one before: its mode, and which requests are dealt with; its emission is in the
 * journal. Anything unreadable counts as never said: a request that is answered twice does no harm.
 */
export function continuedStatus(hash: Readonly<Record<string, string>>, fresh: EngineStatus): EngineStatus {
  if (hash.v !== CONTROL_VERSION) return fresh;
  const answer = (kind: string): Answered => ({
    request: hash[`${kind}_request`] ?? '',
    refused: hash[`${kind}_refused`] ?? '',
  });
  return {
    ...fresh,
    mode: hash.mode === 'pause' ? 'pause' : 'run',
    modeAnswer: answer('mode'),
    emitAnswer: answer('emit'),
    replayAnswer: answer('replay'),
    retryAnswer: continuedRetry(answer('retry'), hash.retried_as),
  };
}

/** An answer without its id is none. */
function continuedRetry(answer: Answered, as: string | undefined): EngineStatus['retryAnswer'] {
  if (answer.refused !== '') return answer;
  return as !== undefined && /^[1-9]\d{0,18}$/.test(as) ? { ...answer, as: tradeId(as) } : unasked;
}
