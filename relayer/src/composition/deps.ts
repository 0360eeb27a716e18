import type { Logger } from 'pino';
import type { RelayerConfig } from '../config.ts';
import type { MaintenanceMemory } from '../domain/maintenance-memory.ts';
import type { Heartbeats } from '../observe/heartbeats.ts';
import type { Progress } from '../observe/progress.ts';
import type {
  Chain,
  Clock,
  Feed,
  Journal,
  LaneWishes,
  Metrics,
  Queue,
  Replays,
  TradeSource,
  Trimmer,
  Upkeep,
} from '../ports.ts';

/** What a lane is put together from. */
export interface LaneDeps {
  readonly source: TradeSource;
  readonly replays: Replays;
  readonly wishes: LaneWishes;
  readonly feed: Feed;
  readonly upkeep: Upkeep;
  readonly maintenanceMemory: MaintenanceMemory;
  readonly trimmer: Trimmer;
  readonly journal: Journal;
  readonly queue: Queue;
  readonly chain: Chain;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly progress: Progress;
  readonly heartbeats: Heartbeats;
  readonly logger: Logger;
  readonly config: RelayerConfig;
}

export interface LaneSignals {
  /** Take nothing new; finish what is in flight. */
  readonly stopping: AbortSignal;
  /** Leave everything as it is. */
  readonly abort: AbortSignal;
}

/** First wait before something that failed is tried again. */
export const RETRY_MIN_MS = 100;
