import type { TradeId } from '#client';
import type { BatchRecord, Lane } from './lane-history.ts';
import { PARALLEL_CALLS, recordsOf, signaturePages } from './lane-history.ts';

/**
 * The batch that settled a trade, without reading the whole history: from the transaction somebody names, otherwise from the
 * newest one back. Undefined when the node's history does not have it. Read at confirmed commitment: for a trade at or below the
 * finalised cursor that is the one batch there will ever be.
 * @throws the signal's reason
 */
export async function findSettled(
  lane: Lane,
  id: TradeId,
  options: { readonly hint?: string | undefined; readonly signal: AbortSignal },
): Promise<BatchRecord | undefined> {
  const { hint, signal } = options;
  const named = hint === undefined ? [] : await batchesIn(lane, [hint]);
  const found = named.find((batch) => has(batch, id));
  if (found !== undefined) return found;
  for await (const batches of newestFirst(lane, signal)) {
    const batch = batches.find((one) => has(one, id));
    if (batch !== undefined) return batch;
    const oldest = batches.flatMap((one) => one.batch.trades)[0];
    if (oldest !== undefined && oldest.tradeId < id) return undefined;
  }
  return undefined;
}

const has = ({ batch }: BatchRecord, id: TradeId): boolean => batch.trades.some((trade) => trade.tradeId === id);

/** Groups of batches; each group oldest first, and the groups newest first. @throws the signal's reason */
export async function* newestFirst(lane: Lane, signal: AbortSignal): AsyncGenerator<readonly BatchRecord[]> {
  for await (const succeeded of signaturePages(lane, { signal })) {
    for (let at = 0; at < succeeded.length; at += PARALLEL_CALLS) {
      signal.throwIfAborted();
      yield await batchesIn(lane, succeeded.slice(at, at + PARALLEL_CALLS).reverse());
    }
  }
}

async function batchesIn(lane: Lane, signatures: readonly string[]): Promise<readonly BatchRecord[]> {
  const options = { commitment: 'confirmed', maxSupportedTransactionVersion: 0 } as const;
  const transactions = await Promise.all(
    signatures.map((signature) => lane.connection.getTransaction(signature, options)),
  );
  return transactions
    .flatMap((transaction) => (transaction?.meta?.err === null ? recordsOf(lane, transaction) : []))
    .filter((record) => record.kind === 'batch');
}
