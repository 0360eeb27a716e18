import { LockstepError, readMarketHeader } from '#client';
import type { Lane } from '../lane-history.ts';
import { pause } from '../pause.ts';
import { MarketMoved, requireStays } from './moved.ts';
import type { RunningRelayer } from './parts/relayer.ts';

/** Where a market stands by its own account, and what the relayer says it waits for. */
export interface LaneNow {
  readonly lastTradeId: bigint;
  readonly batches: number;
  readonly blocked: string | undefined;
}

export interface LaneWatch {
  now(): LaneNow;
  /** Returns once the chain's cursor has reached `last`. @throws LockstepError RPC_UNAVAILABLE; MarketMoved; the signal's reason */
  untilSettled(last: number): Promise<void>;
}

export interface LaneWatchPlan {
  readonly lane: Lane;
  readonly relayer: Pick<RunningRelayer, 'blocked'>;
  /** How often the account is read. */
  readonly pollMs: number;
  readonly signal: AbortSignal;
}

/** A node may be away for a while; for longer it is worth a sentence. */
const NODE_PATIENCE_MS = 60_000;
/** A lane that moves is not blocked: its relayer is asked only when nothing has landed for so long. */
const ASK_AFTER_MS = 1_000;

/** Follows a market on the chain; nothing of it comes from the relayer except why it waits, or that it does not answer. */
export function watchLane({ lane, relayer, pollMs, signal }: LaneWatchPlan): LaneWatch {
  let now: LaneNow = { lastTradeId: 0n, batches: 0, blocked: undefined };
  let movedAt = performance.now();
  let answeredAt = performance.now();

  const look = async () => {
    const { value } = await readMarketHeader(lane.connection, lane.market, 'confirmed', lane.program);
    answeredAt = performance.now();
    await requireStays(lane, value);
    if (value.lastTradeId !== now.lastTradeId) movedAt = answeredAt;
    const isStill = answeredAt - movedAt >= ASK_AFTER_MS;
    const blocked = isStill ? await relayer.blocked(movedAt, signal) : undefined;
    now = { lastTradeId: value.lastTradeId, batches: Number(value.nextSequence) - 1, blocked };
  };
  return {
    now: () => now,
    async untilSettled(last) {
      for (;;) {
        signal.throwIfAborted();
        await look().catch((cause: unknown) => {
          if (cause instanceof MarketMoved) throw cause;
          if (performance.now() - answeredAt > NODE_PATIENCE_MS) throw silentNode(cause);
        });
        if (now.lastTradeId >= BigInt(last)) return;
        await pause(pollMs, signal);
      }
    },
  };
}

const silentNode = (cause: unknown): LockstepError =>
  new LockstepError(
    'RPC_UNAVAILABLE',
    `the node has not answered for ${NODE_PATIENCE_MS / 1_000} s: ${cause instanceof Error ? cause.message : cause}`,
    'Check --rpc, and that the node is running.',
    { cause },
  );
