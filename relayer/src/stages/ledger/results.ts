import { explainResult, ResultCode } from '#client';
import type { OutboxRow } from '../../domain/row.ts';
import type { RejectedTrade, Trade } from '../../domain/trade.ts';
import type { Chain } from '../../ports.ts';

/** V1 settles all of a batch or nothing: what became of its trades is in the row. */
const ALL_OR_NOTHING = 1;

/**
 * The trades of a batch that the program passed over, as dead letters; their ids are spent, so nothing is sent again. The batch is
 * final: its codes can't change any more. Undefined while no node tells them.
 * @throws TransientError when a node did not answer
 */
export async function passedOver(
  { version, sequence, landing, trades }: OutboxRow,
  chain: Pick<Chain, 'settlement'>,
): Promise<readonly RejectedTrade[] | undefined> {
  if (version === ALL_OR_NOTHING) return [];
  if (sequence === undefined || landing === undefined) return undefined;
  const settlement = await chain.settlement(sequence, landing.digest, landing.signature);
  const codes = settlement?.codes;
  return codes && trades.flatMap((trade, at) => letterOf(trade, codes[at] ?? ResultCode.Settled));
}

function letterOf(trade: Trade, result: number): readonly RejectedTrade[] {
  if (result === ResultCode.Settled || result === ResultCode.Voided) return [];
  const { name: code, message: reason, advice } = explainResult(result);
  return [{ tradeId: trade.tradeId, code, reason, advice, trade }];
}
