import type { TradeId, TradeV1 } from '#client';
import { LockstepError, ResultCode, readMarketHeader } from '#client';
import { findSettled } from '../lane-search.ts';
import { fromNode } from '../rpc.ts';
import { resultName } from '../trade-proof.ts';
import type { DlqDesk } from './desk.ts';

/** What became of a trade on-chain, at finalised commitment. */
export type Outcome =
  | {
      /** A trade that a V2 batch passed over is as void as one whose batch says so. */
      readonly kind: 'settled' | 'void';
      /** Name of the result code. */
      readonly result: string;
      readonly trade: TradeV1;
      readonly sequence: bigint;
      readonly signature: string;
    }
  /** Not on-chain, or not for good. */
  | { readonly kind: 'undecided'; readonly lastTradeId: TradeId };

type Chain = Pick<DlqDesk, 'connection' | 'rpcUrl' | 'program' | 'market' | 'signal'>;

/** The last trade whose outcome cannot change any more. @throws LockstepError RPC_UNAVAILABLE, ACCOUNT_* */
export async function lastFinalTrade({ connection, rpcUrl, program, market }: Chain): Promise<TradeId> {
  const { value } = await fromNode(rpcUrl, () => readMarketHeader(connection, market, 'finalized', program));
  return value.lastTradeId;
}

/**
 * @param signature transaction that is said to have settled it: looked at first
 * @throws LockstepError RPC_UNAVAILABLE, ACCOUNT_*, HISTORY_INCOMPLETE
 */
export async function outcomeOf(chain: Chain, id: TradeId, signature?: string): Promise<Outcome> {
  const lastTradeId = await lastFinalTrade(chain);
  if (id > lastTradeId) return { kind: 'undecided', lastTradeId };
  const record = await fromNode(chain.rpcUrl, () => findSettled(chain, id, { hint: signature, signal: chain.signal }));
  const at = record?.batch.trades.findIndex((one) => one.tradeId === id) ?? -1;
  const [trade, code] = [record?.batch.trades[at], record?.codes[at]];
  if (record === undefined || trade === undefined || code === undefined) {
    throw new LockstepError(
      'HISTORY_INCOMPLETE',
      `trade ${id} is on-chain, but the node no longer has its transaction`,
      'Ask a node that keeps the whole history of the market.',
    );
  }
  const { batch } = record;
  return {
    kind: code === ResultCode.Settled ? 'settled' : 'void',
    result: resultName(code),
    trade,
    sequence: batch.sequence,
    signature: record.signature,
  };
}
