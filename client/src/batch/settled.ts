import type { PublicKey, VersionedTransactionResponse } from '@solana/web3.js';
import { executedInstructions } from '../instructions/executed.ts';
import { settleData } from '../instructions/settle.ts';

/** The payloads a transaction brought to the market, in the order they ran, whoever called the program. */
export function settledPayloads(
  transaction: VersionedTransactionResponse,
  { program, market }: { readonly program: PublicKey; readonly market: PublicKey },
): Uint8Array[] {
  return executedInstructions(transaction, program).flatMap(({ accounts, data }) => {
    const isOfMarket = accounts.some((account) => account.equals(market));
    const payload = isOfMarket ? settleData(data) : undefined;
    return payload === undefined ? [] : [payload];
  });
}
