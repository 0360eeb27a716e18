/** Whether the program settles, as its config says on-chain; `unknown` when that could not be read for a while. */
export type Settlement = 'running' | 'paused' | 'unknown';

/** What is said beside the state of the market while trades do not settle: orders are another matter. */
export const SETTLEMENT_PAUSED = 'Settlement is paused on-chain; what trades now settles when the pause ends.';
