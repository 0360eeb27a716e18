import type { Engine, Program, Relayer } from '#gate/can-ship';

/** What is tried. */
export interface Subject {
  readonly engine: Engine;
  readonly program: Program;
  readonly relayer: Relayer;
  /** The order flow's trades are what this engine must write. */
  readonly isFlow: boolean;
  /** V1 is off where this program goes, and nobody sends it any more: phase 3 of a rollout. */
  readonly isWithoutV1: boolean;
}

export interface Effort {
  /** Trades in all. */
  readonly count: number;
  readonly seed: string;
  /** What an engine may take to its first trade. */
  readonly firstTradeMs: number;
}
