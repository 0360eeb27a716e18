import type { TradeId, TradeProof, TradeV1 } from '#client';
import { LockstepError, proveTrade, ResultCode, tradeId, verifyTradeProof } from '#client';
import type { BatchRecord, Lane, LaneRecord } from './lane-history.ts';
import type { LaneTree } from './lane-tree.ts';
import type { MarketUnits } from './units.ts';

/** A proof and all that is needed to check it; the root is the one thing to compare with the chain. */
export interface ProofFile {
  readonly proof: TradeProof;
  /** Hex of the market's root it leads to. */
  readonly root: string;
  /** Whose root it is, when the market has moved since: the proof names where the trade settled. */
  readonly rootOf?: { readonly program: string; readonly market: string };
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

/** @throws LockstepError TRADE_UNKNOWN */
export function proveFrom({ program, market }: Lane, { tree, records, grown }: LaneTree, id: TradeId): ProofFile {
  const names = (record: LaneRecord | undefined): boolean =>
    record?.kind === 'batch' && record.batch.trades.some((trade) => trade.tradeId === id);
  const place = grown.findIndex(({ leaves }) => leaves.some(names));
  const origin = grown[place];
  const leafIndex = origin?.leaves.findIndex(names) ?? -1;
  const record = origin?.leaves[leafIndex];
  if (origin === undefined || record?.kind !== 'batch')
    throw unknown(
      id,
      records.findLast((each) => each.kind === 'batch'),
    );
  const { data, codes } = record;
  const laterTrees = grown.slice(place + 1).map((later) => later.tree);
  const proof = proveTrade({ ...origin, laterTrees, leafIndex, data, codes, tradeId: id });
  const root = tree.root();
  return {
    proof,
    root: Buffer.from(root).toString('hex'),
    ...(origin.market.equals(market) ? {} : { rootOf: { program: program.toBase58(), market: market.toBase58() } }),
    outcome: provenOutcome(verifyTradeProof(proof, { program, market, root })),
    signature: record.signature,
  };
}

export const provenOutcome = ({ settled, code, trade }: ReturnType<typeof verifyTradeProof>): ProvenOutcome => ({
  settled,
  result: resultName(code),
  trade,
});

export const resultName = (code: number): string =>
  Object.entries(ResultCode).find(([, value]) => value === code)?.[0] ?? `code ${code}`;

function unknown(id: TradeId, last: BatchRecord | undefined): LockstepError {
  const newest = last?.batch.trades.at(-1)?.tradeId ?? tradeId(0);
  return new LockstepError(
    'TRADE_UNKNOWN',
    `trade ${id} is not on-chain; the last one is ${newest}`,
    'Give the lane id of a settled trade; `lockstep status` shows the last one.',
  );
}

/** One sentence for people; with the market's units also what wallets would show. */
export function describeOutcome({ settled, result, trade }: ProvenOutcome, units?: MarketUnits): string {
  const shown = units && `${units.base(trade.quantity)} for ${units.quote(trade.quantity * trade.price)}`;
  const raw = `${trade.quantity} lots at ${trade.price}`;
  const amounts = shown === undefined ? raw : `${shown} (${raw})`;
  const what = `${amounts} from trader ${trade.seller} to trader ${trade.buyer}`;
  return settled ? `trade ${trade.tradeId} settled: ${what}` : `trade ${trade.tradeId} did not settle: ${result}`;
}
