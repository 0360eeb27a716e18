/** How long each thing is waited for, in ms, before the command says what is missing. Whatever was late, the same command goes on. */
export interface Patience {
  /** A new process has loaded, taken its lease over and spoken for the first time by then; a hung one was ended before. */
  readonly switchMs: number;
  /** An engine looks at its requests once a second; a replay of much takes longer. */
  readonly answerMs: number;
  /** A relayer that knows maintenance speaks of one at least once a second, one that just starts included. */
  readonly reportMs: number;
  /** A rollout that runs looks once a second whether it is still in charge; an upgrade of the program takes longest to end. */
  readonly stoppedMs: number;
  /** A batch that was on the wire when settlement was paused is final by then, one way or the other. */
  readonly clearMs: number;
  readonly proofMs: number;
  /** Trades that V2 alone can say settle, once no more are written. */
  readonly drainMs: number;
}

export const PATIENCE: Patience = {
  switchMs: 60_000,
  answerMs: 30_000,
  reportMs: 20_000,
  stoppedMs: 30_000,
  clearMs: 120_000,
  proofMs: 60_000,
  drainMs: 60_000,
};
