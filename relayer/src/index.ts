export { connectRedis, withoutSecrets } from './adapters/redis/connect.ts';
export type { ClosedLetter, Closing, DeadLetter, Decision, LetterPage } from './adapters/redis/dead-letters.ts';
export {
  closeDeadLetter,
  countDeadLetters,
  readClosedLetter,
  readDeadLetter,
  readDeadLetters,
  readReplacedBy,
} from './adapters/redis/dead-letters.ts';
export type { FeedPage } from './adapters/redis/feed.ts';
export { feedEntrySchema, feedKey, readFeed } from './adapters/redis/feed.ts';
export { generationKey, laneKeys, tradeStreamKey } from './adapters/redis/keys.ts';
export type { LaneControlInput, LaneControlState } from './adapters/redis/lane-control.ts';
export { clearLaneControl, readLaneState, setLaneControl } from './adapters/redis/lane-control.ts';
export type { MaintenanceEnd, MaintenanceInput, MaintenanceState } from './adapters/redis/maintenance.ts';
export {
  beginMaintenance,
  endMaintenance,
  maintenanceChannel,
  moveMaintenance,
  readMaintenance,
  restoreMaintenance,
  waiveLetter,
} from './adapters/redis/maintenance.ts';
export type { EngineMode, MaintenanceCleared } from './adapters/redis/maintenance-rescue.ts';
export { clearMaintenance, readEngineMode, runEngine } from './adapters/redis/maintenance-rescue.ts';
export { inTurn } from './adapters/redis/trade-stream.ts';
export { loadSigner, signerOf } from './adapters/solana/keypair.ts';
export { createConnection } from './adapters/solana/rpc.ts';
export { systemClock } from './adapters/system-clock.ts';
export type { RelayerConfig, RelayerConfigInput } from './config.ts';
export { laneName, loadRelayerConfig, parseRelayerConfig } from './config.ts';
export type { ControlReading, LaneControl, RowsByVersion } from './domain/control.ts';
export type { FeedEntry, FeedStage, FeedTrade } from './domain/feed.ts';
export { FEED_STAGES } from './domain/feed.ts';
export type {
  FlushReport,
  Maintenance,
  MaintenancePhase,
  MaintenanceReading,
  Pending,
  PhaseBlock,
} from './domain/maintenance.ts';
export { isOverdue, isQuiet, MAINTENANCE_PHASES, pendingTrades } from './domain/maintenance.ts';
export type { RejectedTrade } from './domain/trade.ts';
export { needsV2 } from './domain/trade.ts';
export type { Relayer, RelayerDeps } from './main.ts';
export { startRelayer } from './main.ts';
export { withoutSecretsIn } from './observe/describe-error.ts';
export { createLogger, LOG_LEVELS } from './observe/logger.ts';
export type { LaneState, LaneStatus } from './observe/progress.ts';
export { createReadiness } from './observe/readiness.ts';
export { secretsOf } from './observe/secrets.ts';
export type * from './ports.ts';
export * from './settings.ts';
export { decodeEntry } from './stages/decode/decode.ts';
