import type { Clock } from '../ports.ts';

/** One loop of the relayer, watched. */
export interface Pulse {
  /** The lane's clock; each sleep is a turn of the loop, and its length is not counted as silence. */
  readonly clock: Clock;
  /** The loop has turned. */
  turn(): void;
  /** Watched until this ends. */
  during<T>(loop: () => Promise<T>): Promise<T>;
  /** Not watched until this ends: another loop's work is waited for, and that one is watched. */
  resting<T>(wait: () => Promise<T>): Promise<T>;
}

/** The pulses of one run of a lane; a run that hangs must not be taken for the next one. */
export interface PulseGroup {
  /** @param isNeeded says whether the loop must turn now, beside `during` */
  pulse(loop: string, isNeeded?: () => boolean): Pulse;
  /** None of them is watched any more. */
  end(): void;
}

/** Knows which loop has stopped turning. Waiting is turning: a loop that asks again and again for what is away is alive. */
export interface Heartbeats extends Pick<PulseGroup, 'pulse'> {
  group(): PulseGroup;
  /** Something that every loop may wait for is away, and is being asked for again. */
  excuse(): void;
  /** The loop that has been silent for too long, and for how many milliseconds. */
  stuck(): { readonly loop: string; readonly silentMs: number } | undefined;
}

interface Watched {
  readonly loop: string;
  turn(): void;
  silentMs(): number;
}

/** @param liveMs silence from which a loop counts as stuck */
export function createHeartbeats(clock: Clock, liveMs: number): Heartbeats {
  const watched = new Set<Watched>();
  const group = (): PulseGroup => {
    const mine: Watched[] = [];
    return {
      pulse(loop, isNeeded = () => false) {
        const { pulse, silentMs } = createPulse(clock, isNeeded);
        const one = { loop, turn: pulse.turn, silentMs };
        mine.push(one);
        watched.add(one);
        return pulse;
      },
      end: () => {
        for (const one of mine) watched.delete(one);
      },
    };
  };
  return {
    group,
    pulse: group().pulse,
    excuse: () => {
      for (const { turn } of watched) turn();
    },
    stuck: () => {
      const silent = [...watched].map(({ loop, silentMs }) => ({ loop, silentMs: silentMs() }));
      return silent.sort((a, b) => b.silentMs - a.silentMs).find(({ silentMs }) => silentMs >= liveMs);
    },
  };
}

function createPulse(clock: Clock, isNeeded: () => boolean) {
  let sinceMs = clock.now();
  const count = { running: 0, resting: 0 };
  const turn = (aheadMs = 0) => {
    sinceMs = clock.now() + aheadMs;
  };
  const counted = async <T>(what: keyof typeof count, work: () => Promise<T>): Promise<T> => {
    turn();
    count[what] += 1;
    try {
      return await work();
    } finally {
      count[what] -= 1;
      turn();
    }
  };
  const pulse: Pulse = {
    clock: {
      now: clock.now,
      async sleep(ms, signal) {
        turn(ms);
        await clock.sleep(ms, signal).finally(() => turn());
      },
    },
    turn: () => turn(),
    during: (loop) => counted('running', loop),
    resting: (wait) => counted('resting', wait),
  };
  const isWatched = () => count.resting === 0 && (count.running > 0 || isNeeded());
  return { pulse, silentMs: () => (isWatched() ? Math.max(0, clock.now() - sinceMs) : 0) };
}
