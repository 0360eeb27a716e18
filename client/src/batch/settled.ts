import type { MessageCompiledInstruction, PublicKey, VersionedTransactionResponse } from '@solana/web3.js';
import { fromBase58 } from '../base58.ts';
import { settleData } from '../instructions/settle.ts';

/** The payloads a transaction brought to the market, in the order they ran, whoever called the program. */
export function settledPayloads(
  { transaction, meta }: VersionedTransactionResponse,
  place: { readonly program: PublicKey; readonly market: PublicKey },
): Uint8Array[] {
  const keys = transaction.message.getAccountKeys(
    meta?.loadedAddresses === undefined ? undefined : { accountKeysFromLookups: meta.loadedAddresses },
  );
  return executed(transaction.message.compiledInstructions, meta).flatMap(({ programIdIndex, accounts, data }) => {
    const isOurs = keys.get(programIdIndex)?.equals(place.program) === true;
    const isOfMarket = accounts.some((index) => keys.get(index)?.equals(place.market));
    const payload = isOurs && isOfMarket ? settleData(data) : undefined;
    return payload === undefined ? [] : [payload];
  });
}

interface Executed {
  readonly programIdIndex: number;
  readonly accounts: readonly number[];
  readonly data: Uint8Array;
}

/** Every instruction in the order it ran: a batch may also come from within another program. */
function executed(
  outer: readonly MessageCompiledInstruction[],
  meta: VersionedTransactionResponse['meta'],
): readonly Executed[] {
  return outer.flatMap(({ programIdIndex, accountKeyIndexes, data }, index) => {
    const inner = meta?.innerInstructions?.find((group) => group.index === index)?.instructions ?? [];
    // Nodes write the data of inner instructions in base58.
    const called = inner.map((one) => ({ ...one, data: fromBase58(one.data) }));
    return [{ programIdIndex, accounts: accountKeyIndexes, data }, ...called];
  });
}
