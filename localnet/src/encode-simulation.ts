import { type AccountFormat, encodeAccount } from './encode-account.ts';
import { encodeInnerInstructions, encodeReturnData, encodeTokenBalance } from './encode-transaction.ts';
import { describeTransactionError } from './errors.ts';
import type { Simulation } from './executor.ts';
import type { Json } from './json.ts';
import { RpcError, RpcErrorCode } from './rpc-error.ts';

export interface SimulationFormat {
  /** Accounts to show as they would be afterwards. */
  readonly accounts: { readonly addresses: readonly string[]; readonly format: AccountFormat } | undefined;
  readonly innerInstructions: boolean;
  readonly replacementBlockhash: { readonly blockhash: string; readonly lastValidBlockHeight: bigint } | null;
}

/** The `value` of `simulateTransaction`. */
export function encodeSimulation(simulation: Simulation, format: SimulationFormat): Json {
  const { keys, err, returnData } = simulation;
  // A transaction that does not get past its signatures is not looked at: Agave reads no balances for it.
  const { pre, post } = err === 'SignatureFailure' ? {} : simulation.balances();
  return {
    accounts: err === null && format.accounts !== undefined ? accountsAfter(simulation, format.accounts) : null,
    err,
    fee: simulation.fee,
    innerInstructions: format.innerInstructions
      ? encodeInnerInstructions(simulation.innerInstructions, keys, true)
      : null,
    loadedAddresses: { readonly: keys.loaded.readonly, writable: keys.loaded.writable },
    logs: simulation.logs,
    postBalances: post?.lamports ?? null,
    postTokenBalances: post?.tokens.map(encodeTokenBalance) ?? null,
    preBalances: pre?.lamports ?? null,
    preTokenBalances: pre?.tokens.map(encodeTokenBalance) ?? null,
    replacementBlockhash: format.replacementBlockhash,
    returnData: returnData === null ? null : encodeReturnData(returnData),
    unitsConsumed: simulation.unitsConsumed,
  };
}

/** What `sendTransaction` answers when its own simulation fails. */
export function preflightFailure(simulation: Simulation, err: NonNullable<Simulation['err']>): RpcError {
  const message = `Transaction simulation failed: ${describeTransactionError(err)}`;
  return new RpcError(RpcErrorCode.PreflightFailure, message, {
    accounts: null,
    err,
    fee: simulation.fee,
    innerInstructions: null,
    loadedAddresses: null,
    logs: simulation.logs,
    postBalances: null,
    postTokenBalances: null,
    preBalances: null,
    preTokenBalances: null,
    replacementBlockhash: null,
    returnData: simulation.returnData === null ? null : encodeReturnData(simulation.returnData),
    unitsConsumed: simulation.unitsConsumed,
  });
}

function accountsAfter(simulation: Simulation, { addresses, format }: NonNullable<SimulationFormat['accounts']>): Json {
  return addresses.map((address) => {
    const account = simulation.accountAfter(address);
    return account === undefined ? null : encodeAccount(account, format, simulation.accountAfter);
  });
}
