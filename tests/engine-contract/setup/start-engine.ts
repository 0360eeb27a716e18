/** What an engine under test is told: a market that is its own, and how much to trade. */
export interface EnginePlace {
  readonly redisUrl: string;
  /** Address of the market. */
  readonly market: string;
  /** Trades it has in all; after the last one it stays up. */
  readonly count: number;
  /** Trades a second, roughly; `max`: as fast as it can. */
  readonly rate: number | 'max';
  /** A file of its own, the same one each time; absent before its first start. For what it must remember of retries. */
  readonly journal: string;
}

export interface RunningEngine {
  /** Why it ended: empty when it was told to end, and did. */
  readonly ended: Promise<string>;
  /** Tells it to end and waits. */
  stop(): Promise<void>;
  /** Ends it without a chance to tidy up, and waits. */
  kill(): Promise<void>;
}

/** Starts an engine; the same place again must give the same trades. */
export type StartEngine = (place: EnginePlace) => RunningEngine;
