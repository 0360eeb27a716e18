/** How often a part may end, and how long to wait before it is started again. */
export interface Patience {
  /** Notes an ending; answers the milliseconds until the next start, undefined when it has ended too often. */
  waitAfter(nowMs: number): number | undefined;
  /** Endings within the window that are too many. */
  readonly tooMany: number;
}

export const WINDOW_MS = 300_000;
const FIRST_WAIT_MS = 50;

/** The first ending costs no time; each further one within the window doubles the wait. */
function patience(most: number, maxWaitMs: number): Patience {
  const endings: number[] = [];
  return {
    tooMany: most + 1,
    waitAfter(nowMs) {
      while (endings[0] !== undefined && endings[0] < nowMs - WINDOW_MS) endings.shift();
      endings.push(nowMs);
      const count = endings.length;
      if (count > most) return undefined;
      return count === 1 ? 0 : Math.min(maxWaitMs, FIRST_WAIT_MS * 2 ** (count - 2));
    },
  };
}

/** Somebody who tries what a kill does, also in a loop, gets by. */
export const patienceWithKills = (): Patience => patience(200, 400);
/** A part that ends by itself again and again cannot work here. */
export const patienceWithFailures = (): Patience => patience(8, 3_000);
/** A service is nobody's to give up: what ends it may be put right while it tries. */
export const patienceWithoutEnd = (): Patience => patience(Number.POSITIVE_INFINITY, 30_000);
