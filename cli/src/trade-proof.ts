import type { TradeId, TradeProof, TradeV1 } from '#client';
import {
  LockstepError,
  proveTrade,
  ResultCode,
  readMarketHeader,
  resultCodesOf,
  tradeId,
  verifyTradeProof,
} from '#client';
import type { BatchRecord, Lane, LaneTree } from './lane-history.ts';
import { buildLaneTree } from './lane-history.ts';

/** A proof and all that is needed to check it; the root is the one thing to compare with the chain. */
export interface ProofFile {
  readonly proof: TradeProof;
  /** Hex of the market's root it leads to. */
  readonly root: string;
  readonly outcome: ProvenOutcome;
  /** Transaction that settled the trade. */
  readonly signature: string;
}

export interface ProvenOutcome {
  readonly settled: boolean;
  /** Name of the result code. */
  readonly result: string;
  readonly trade: TradeV1;
}

/** A node may answer the account before, or after, the history: then both are read again. */
const READ_ATTEMPTS = 3;

/**
 * Proves one trade against the market's root on-chain, from on-chain data alone.
 * @throws LockstepError TRADE_UNKNOWN, ROOT_MISMATCH, HISTORY_INCOMPLETE, ACCOUNT_*
 */
export async function proveFromChain(lane: Lane, id: TradeId): Promise<ProofFile> {
  for (let attempt = 1; ; attempt += 1) {
    const history = await buildLaneTree(lane);
    const { value } = await readMarketHeader(lane.connection, lane.market, 'confirmed', lane.program);
    const root = history.tree.root();
    if (Buffer.from(root).equals(value.tree.root)) return proveFrom(lane, history, id);
    if (attempt === READ_ATTEMPTS) {
      throw new LockstepError(
        'ROOT_MISMATCH',
        `the root built from ${history.tree.size} leaves is not the market's, which has ${value.tree.leafCount}`,
        'Ask a node that keeps the whole history; if it still differs, the market did not do what its transactions say.',
      );
    }
  }
}

/** @throws LockstepError TRADE_UNKNOWN */
export function proveFrom({ program, market }: Lane, { tree, records }: LaneTree, id: TradeId): ProofFile {
  const leafIndex = records.findIndex(
    (record) => record.kind === 'batch' && record.batch.trades.some((trade) => trade.tradeId === id),
  );
  const record = records[leafIndex];
  if (record?.kind !== 'batch')
    throw unknown(
      id,
      records.findLast((each) => each.kind === 'batch'),
    );
  const codes = resultCodesOf(record.batch.trades);
  const proof = proveTrade({ tree, leafIndex, data: record.data, codes, program, market, tradeId: id });
  const root = tree.root();
  return {
    proof,
    root: Buffer.from(root).toString('hex'),
    outcome: provenOutcome(verifyTradeProof(proof, { program, market, root })),
    signature: record.signature,
  };
}

export const provenOutcome = ({ settled, code, trade }: ReturnType<typeof verifyTradeProof>): ProvenOutcome => ({
  settled,
  result: Object.entries(ResultCode).find(([, value]) => value === code)?.[0] ?? `code ${code}`,
  trade,
});

function unknown(id: TradeId, last: BatchRecord | undefined): LockstepError {
  const newest = last?.batch.trades.at(-1)?.tradeId ?? tradeId(0);
  return new LockstepError(
    'TRADE_UNKNOWN',
    `trade ${id} is not on-chain; the last one is ${newest}`,
    'Give the lane id of a settled trade; `lockstep status` shows the last one.',
  );
}

/** One sentence for people. */
export function describeOutcome({ settled, result, trade }: ProvenOutcome): string {
  const what = `${trade.quantity} lots at ${trade.price} from trader ${trade.seller} to trader ${trade.buyer}`;
  return settled ? `trade ${trade.tradeId} settled: ${what}` : `trade ${trade.tradeId} did not settle: ${result}`;
}
