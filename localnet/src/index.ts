/** The embedded Solana node: a chain for the first minute, for tests and for faults on purpose. Never a cluster. */
export { type InitialAccount, readAccountFile } from './account-file.ts';
export type { AddressLike } from './address.ts';
export { localnetCommand } from './command.ts';
export { type Fault, FaultPlan, type FaultSubject, type Faults } from './faults.ts';
export type { Json } from './json.ts';
export { DEFAULT_LIMITS, type NodeLimits } from './limits.ts';
export {
  DEFAULT_FINALIZED_AFTER_SLOTS,
  DEFAULT_SLOT_MS,
  type Localnet,
  type LocalnetOptions,
  startLocalnet,
} from './localnet.ts';
export { LocalnetError, type LocalnetErrorCode } from './localnet-error.ts';
export type { LocalnetLogger } from './logger.ts';
export type { ProgramSpec } from './programs.ts';
export type { AccountState } from './svm.ts';
export type { Commitment } from './timeline.ts';
