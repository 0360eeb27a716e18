import { ResultCode } from '#client';
import { effective } from './config.ts';
import { Refusal, requireThat } from './refusal.ts';
import type { Judgement, Submission } from './submission.ts';
import { requireLargeEnough } from './submission.ts';
import { exchange, type Work, workOn } from './work.ts';

const HEADER_BYTES = 1 + 8 + 4;
const TRADE_BYTES = 8 + 4 + 4 + 8 + 8 + 1;

/** A trade as it lies in the payload; the model reads the bytes itself, in the order of the contract's checks. */
interface RawTrade {
  readonly tradeId: bigint;
  readonly buyer: number;
  readonly seller: number;
  readonly price: bigint;
  readonly quantity: bigint;
  readonly takerByte: number;
}

/** The one trade a batch is refused for, told apart from the error so that both can be compared. */
export class TradeRefusal extends Refusal {
  readonly index: number;

  constructor(error: Refusal['error'], index: number) {
    super(error);
    this.index = index;
  }
}

/** All or nothing; the taker pays. */
export function judgedV1(batch: Submission): Judgement {
  const { market, config, now, data, view } = batch;
  const count = view.getUint32(9, true);
  requireThat(data.length === HEADER_BYTES + count * TRADE_BYTES, 'MalformedBatch');
  requireLargeEnough(batch, count);
  const trades = Array.from({ length: count }, (_, i) => rawTrade(view, HEADER_BYTES + i * TRADE_BYTES));
  const takerBps = effective(config, 'feeTiers', now)[0]?.takerBps ?? 0;
  const work = workOn(market);
  trades.forEach((trade, i) => {
    settleTrade(work, trade, i, market.lastTradeId + BigInt(i) + 1n, takerBps);
  });
  return { work, codes: trades.map((trade) => (trade.quantity === 0n ? ResultCode.Voided : ResultCode.Settled)) };
}

function rawTrade(view: DataView, at: number): RawTrade {
  return {
    tradeId: view.getBigUint64(at, true),
    buyer: view.getUint32(at + 8, true),
    seller: view.getUint32(at + 12, true),
    price: view.getBigUint64(at + 16, true),
    quantity: view.getBigUint64(at + 24, true),
    takerByte: view.getUint8(at + 32),
  };
}

function settleTrade(work: Work, trade: RawTrade, index: number, expectedId: bigint, takerBps: number): void {
  requireThat(trade.tradeId >= expectedId, 'TradeReplay');
  requireThat(trade.tradeId <= expectedId, 'TradeGap');
  requireThat(trade.takerByte <= 1, 'MalformedBatch');
  if (trade.quantity === 0n) return;
  const isBuyer = trade.takerByte === 1;
  try {
    exchange(work, { ...trade, buyerBps: isBuyer ? takerBps : 0, sellerBps: isBuyer ? 0 : takerBps });
  } catch (refusal) {
    throw refusal instanceof Refusal ? new TradeRefusal(refusal.error, index) : refusal;
  }
}
