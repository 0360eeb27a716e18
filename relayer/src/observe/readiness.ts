import type { Clock } from '../ports.ts';
import type { LaneState, LaneStatus } from './progress.ts';

/** Whether something outside answered just now. */
export interface Check {
  readonly ok: boolean;
  /** Why not. */
  readonly reason?: string;
}

export interface Readiness {
  /** Whether the relayer works, or stands by to take over. */
  readonly ready: boolean;
  readonly state: LaneState;
  /** Why not. */
  readonly reason?: string;
  readonly redis: Check;
  readonly rpc: Check & { readonly slot?: bigint };
}

export interface ReadinessDeps {
  readonly status: () => Pick<LaneStatus, 'state'>;
  /** Writes to Redis. */
  readonly write: () => Promise<void>;
  /** Asks the cluster for its slot. */
  readonly readSlot: () => Promise<bigint>;
  readonly clock: Clock;
}

/** Whoever asks within so long gets the answer of the last check. */
const KEPT_MS = 1_000;
const TIMEOUT_MS = 2_000;
/** A lane that something holds is ready to go on; one that stands by is ready to take over. */
const READY: ReadonlySet<LaneState> = new Set(['running', 'blocked', 'waiting', 'maintenance']);

/**
 * Answers whether the relayer could settle now. However many ask, Redis and the cluster are asked once a second at most, and
 * not again while an earlier question has no answer.
 */
export function createReadiness({ status, write, readSlot, clock }: ReadinessDeps): () => Promise<Readiness> {
  const redis = pending(write);
  const rpc = pending(readSlot);
  let last: { readonly atMs: number; readonly checks: ReturnType<typeof check> } | undefined;
  const check = async () => {
    const [written, slot] = await Promise.all([within(redis, clock), within(rpc, clock)]);
    return {
      redis: written.kind === 'failed' ? failed(written.reason) : { ok: true },
      rpc: slot.kind === 'failed' ? failed(slot.reason) : { ok: true, slot: slot.value },
    };
  };
  return async () => {
    if (last === undefined || clock.now() - last.atMs >= KEPT_MS) last = { atMs: clock.now(), checks: check() };
    const checks = await last.checks;
    const { state } = status();
    const reasons = [
      ...(READY.has(state) ? [] : [`the lane is ${state}`]),
      ...(checks.redis.ok ? [] : ['redis does not take writes']),
      // The program may be away: nothing is asked of it.
      ...(checks.rpc.ok || state === 'maintenance' ? [] : ['the cluster does not answer']),
    ];
    const reason = reasons.length === 0 ? {} : { reason: reasons.join('; ') };
    return { ready: reasons.length === 0, state, ...reason, ...checks };
  };
}

type Outcome<T> = { readonly kind: 'done'; readonly value: T } | { readonly kind: 'failed'; readonly reason: string };

const failed = (reason: string) => ({ ok: false, reason });

/** The same call for everybody until it has an answer. */
function pending<T>(call: () => Promise<T>): () => Promise<T> {
  let open: Promise<T> | undefined;
  return () => {
    open ??= call().finally(() => {
      open = undefined;
    });
    return open;
  };
}

async function within<T>(call: () => Promise<T>, clock: Clock): Promise<Outcome<T>> {
  const answered = new AbortController();
  const timeout = clock.sleep(TIMEOUT_MS, answered.signal).then(
    () => ({ kind: 'failed', reason: `no answer within ${TIMEOUT_MS} ms` }) as const,
    () => new Promise<never>(() => {}),
  );
  const outcome = call().then(
    (value) => ({ kind: 'done', value }) as const,
    (error: unknown) => ({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) }) as const,
  );
  try {
    return await Promise.race([outcome, timeout]);
  } finally {
    answered.abort();
  }
}
