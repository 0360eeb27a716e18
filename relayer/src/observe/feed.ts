import type { TradeId } from '#client';
import { ResultCode } from '#client';
import type { FeedEntry, FeedStage, FeedTrade } from '../domain/feed.ts';
import type { OutboxRow } from '../domain/row.ts';
import { firstTradeId, lastTradeId } from '../domain/row.ts';
import type { RejectedTrade, Trade } from '../domain/trade.ts';
import type { Feed } from '../ports.ts';
import type { Progress } from './progress.ts';

type Word = Omit<FeedEntry, 'atMs'>;

/**
 * The same progress, of which the feed is told as well. A rejected trade is told once its void is on-chain: at landing where the relayer
 * made it a void, when the batch is final where the program passed over it.
 */
export function feeding(progress: Progress, feed: Feed): Progress {
  const rejected = new Map<TradeId, RejectedTrade>();
  const tell = (row: OutboxRow, stage: FeedStage, codeOf: (trade: Trade) => number) => {
    const trades = row.trades.map((trade) => feedTrade(trade, codeOf(trade)));
    feed.write({ ...wordOf(row, stage), trades });
  };
  const tellRejected = (row: OutboxRow, isTold: (trade: Trade) => boolean) => {
    for (const trade of row.trades) {
      const why = isTold(trade) ? rejected.get(trade.tradeId) : undefined;
      if (why === undefined) continue;
      const { code, reason } = why;
      const one = { first: trade.tradeId, last: trade.tradeId, code, reason };
      feed.write({ ...wordOf(row, 'rejected'), ...one, trades: [feedTrade(trade, resultOf(trade, why))] });
    }
  };
  return {
    ...progress,
    submitted(row) {
      progress.submitted(row);
      tell(row, 'submitted', () => ResultCode.Settled);
    },
    landed(row, settleMs) {
      progress.landed(row, settleMs);
      tell(row, 'confirmed', (trade) => (isVoid(trade) ? ResultCode.Voided : ResultCode.Settled));
      tellRejected(row, isVoid);
    },
    rejected(trade) {
      progress.rejected(trade);
      rejected.set(trade.tradeId, trade);
    },
    finalized(rows, last) {
      progress.finalized(rows, last);
      for (const row of rows) {
        tell(row, 'finalized', (trade) => resultOf(trade, rejected.get(trade.tradeId)));
        tellRejected(row, (trade) => !isVoid(trade));
        for (const { tradeId } of row.trades) rejected.delete(tradeId);
      }
    },
  };
}

const isVoid = (trade: Trade): boolean => trade.quantity === 0n;

const feedTrade = ({ tradeId: id, buyer, seller }: Trade, code: number): FeedTrade => ({ id, buyer, seller, code });

function resultOf(trade: Trade, why: RejectedTrade | undefined): number {
  if (isVoid(trade)) return ResultCode.Voided;
  if (why === undefined) return ResultCode.Settled;
  return Object.entries(ResultCode).find(([name]) => name === why.code)?.[1] ?? ResultCode.Settled;
}

function wordOf(row: OutboxRow, stage: FeedStage): Omit<Word, 'trades'> {
  const { sequence, version, landing } = row;
  const signature = landing?.signature ?? row.attempts.at(-1)?.signature;
  return {
    ...{ stage, first: firstTradeId(row), last: lastTradeId(row), version },
    ...(sequence === undefined ? {} : { sequence }),
    ...(signature === undefined ? {} : { signature }),
    ...(landing === undefined ? {} : { slot: landing.slot }),
  };
}
