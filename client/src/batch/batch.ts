import { BatchVersion, ResultCode } from '../constants.ts';
import { clientError } from '../errors.ts';
import type { Sequence } from '../units.ts';
import type { TradeV1 } from './v1.ts';
import { decodeBatchV1 } from './v1.ts';
import type { DecodedBatchV2 } from './v2.ts';
import { decodeBatchV2 } from './v2.ts';

export interface DecodedBatchV1 {
  version: 1;
  sequence: Sequence;
  trades: TradeV1[];
}

/** A batch of any version this client speaks; every trade can be read as a `TradeV1`. */
export type DecodedBatch = DecodedBatchV1 | DecodedBatchV2;

/**
 * Reads a payload by its version byte.
 * @throws LockstepError EMPTY_BATCH, UNKNOWN_BATCH_VERSION or MALFORMED_BATCH
 */
export function decodeBatch(data: Uint8Array): DecodedBatch {
  const version = data[0];
  if (version === undefined) throw clientError('EMPTY_BATCH', 'the payload has no version byte');
  if (version === BatchVersion.V1) return decodeBatchV1(data);
  if (version === BatchVersion.V2) return decodeBatchV2(data);
  throw clientError('UNKNOWN_BATCH_VERSION', `this client does not speak batch version ${version}`);
}

/**
 * Outcome of each trade of an accepted V1 batch, one byte a trade: V1 is all or nothing, so only voids differ. Those of a
 * V2 batch are in its `TradeResults` event; see `readResultCodes`.
 */
export function resultCodesOf(trades: readonly TradeV1[]): Uint8Array {
  return Uint8Array.from(trades, (trade) => (trade.quantity === 0n ? ResultCode.Voided : ResultCode.Settled));
}
