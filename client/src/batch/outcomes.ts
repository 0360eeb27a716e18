import type { PublicKey, VersionedTransactionResponse } from '@solana/web3.js';
import { parseEvents } from '../events.ts';
import type { DecodedBatch } from './batch.ts';
import { resultCodesOf } from './batch.ts';
import { readResultCodes } from './results.ts';

/**
 * Outcome of each trade of a batch, one byte a trade, from the transaction that settled it. Those of a V2 batch are in its
 * `TradeResults` event: undefined when the logs do not have it, as logs that were cut short.
 * @throws LockstepError MALFORMED_BATCH when the event is not one code a trade
 */
export function resultCodesIn(
  { meta }: Pick<VersionedTransactionResponse, 'meta'>,
  place: { readonly program: PublicKey; readonly market: PublicKey },
  batch: DecodedBatch,
): Uint8Array | undefined {
  if (batch.version === 1) return resultCodesOf(batch.trades);
  const results = parseEvents(meta?.logMessages ?? [], place.program).find(
    ({ name, data }) =>
      name === 'TradeResults' && String(data.market) === place.market.toBase58() && data.sequence === batch.sequence,
  );
  const codes = results?.data.resultCodes;
  return codes instanceof Uint8Array ? readResultCodes(codes, batch.trades.length) : undefined;
}
