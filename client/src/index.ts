export * from './accounts/config.ts';
export * from './accounts/effective.ts';
export * from './accounts/market.ts';
export * from './accounts/read.ts';
export { fromBase58, toBase58 } from './base58.ts';
export * from './batch/batch.ts';
export { resultCodesIn } from './batch/outcomes.ts';
export * from './batch/results.ts';
export { settledPayloads } from './batch/settled.ts';
export type { SizeV2 } from './batch/size.ts';
export { sizeV2 } from './batch/size.ts';
export * from './batch/v1.ts';
export type { BatchV2, DecodedBatchV2, TradeV2 } from './batch/v2.ts';
export {
  asV1,
  asV1Lossy,
  asV2,
  decodeBatchV2,
  encodeBatchV2,
  V2_HEADER_BYTES,
} from './batch/v2.ts';
export * from './constants.ts';
export { digestPrefix, payloadDigest, resultsDigest } from './digest.ts';
export { LockstepError } from './errors.ts';
export * from './events.ts';
export type { SettlementIdl } from './idl.ts';
export { idl } from './idl.ts';
export type { InitializeArgs } from './instructions/admin.ts';
export type { ReadInstruction } from './instructions/executed.ts';
export { executedInstructions, readInstruction } from './instructions/executed.ts';
export type { MarketVaults } from './instructions/fork.ts';
export { settlementInstructions } from './instructions/index.ts';
export { createMarketAccount } from './instructions/market.ts';
export { settleData } from './instructions/settle.ts';
export { fieldOffsets } from './layout.ts';
export * from './money.ts';
export * from './pda.ts';
export * from './proof.ts';
export type { SettlementErrorName } from './refusal/advice.ts';
export * from './refusal/explain.ts';
export { releaseVersion } from './release.ts';
export * from './schedule.ts';
export { SPOKEN_VERSIONS } from './spoken.ts';
export type { LeafPath, ProvingTree } from './tree.ts';
export { batchLeaf, emptyRoot, pingLeaf, StateTree, StateTreeV2 } from './tree.ts';
export * from './units.ts';
export { websocketUrlOf } from './websocket-url.ts';
