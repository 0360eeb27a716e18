import { BytesReader } from './bytes-reader.ts';
import { runValues } from './column.ts';

const CODE_BITS = 8;

/**
 * Outcome of each trade of an accepted V2 batch, one byte a trade, from the `resultCodes` of its `TradeResults` event: runs of
 * (code, length).
 * @param count trades of the batch
 * @throws LockstepError MALFORMED_BATCH when the runs are not one code a trade
 */
export function readResultCodes(resultCodes: Uint8Array, count: number): Uint8Array {
  return Uint8Array.from(runValues(new BytesReader(resultCodes), count, CODE_BITS), Number);
}
