import { ResultCode } from '#client';
import { columnAt, type Frame, integerAt, valuesOf } from './columns.ts';
import { effective } from './config.ts';
import { MAX_TRADES_V2, U64_LIMIT } from './limits.ts';
import { Refusal, requireThat } from './refusal.ts';
import type { Judgement, Submission } from './submission.ts';
import { requireLargeEnough } from './submission.ts';
import { exchange, type Work, workOn } from './work.ts';

const HEADER_BYTES = 27;
const KNOWN_ORDER_TYPES = 4;

interface Row {
  readonly buyer: number;
  readonly seller: number;
  readonly price: bigint;
  readonly quantity: bigint;
  readonly flags: number;
}

/** One bad trade costs only itself; both sides pay by the trade's tier. */
export function judgedV2(batch: Submission): Judgement {
  const { market, config, now, data, view } = batch;
  const before = market.recentDigests[Number((view.getBigUint64(1, true) + 63n) % 64n)] ?? new Uint8Array();
  requireThat(
    before.subarray(0, 8).every((byte, i) => byte === data[19 + i]),
    'PrevDigestMismatch',
  );
  const count = view.getUint16(17, true);
  requireLargeEnough(batch, count);
  const first = view.getBigUint64(9, true);
  const last = first + BigInt(Math.max(count - 1, 0));
  requireThat(first > market.lastTradeId && last < U64_LIMIT, 'TradeReplay');
  requireThat(first === market.lastTradeId + 1n, 'TradeGap');

  const rows = rowsOf(data.subarray(HEADER_BYTES), count);
  const tiers = effective(config, 'feeTiers', now);
  const work = workOn(market);
  return { work, codes: rows.map((row) => codeOf(work, row, tiers)) };
}

function codeOf(work: Work, row: Row, tiers: readonly { makerBps: number; takerBps: number }[]): number {
  if (row.quantity === 0n) return ResultCode.Voided;
  if (Math.floor(row.flags / 8) >= KNOWN_ORDER_TYPES) return ResultCode.UnknownOrderType;
  const { makerBps, takerBps } = tiers[Math.floor(row.flags / 2) % 4] ?? { makerBps: 0, takerBps: 0 };
  const isBuyer = row.flags % 2 === 1;
  const fees = { buyerBps: isBuyer ? takerBps : makerBps, sellerBps: isBuyer ? makerBps : takerBps };
  try {
    exchange(work, { ...row, ...fees });
    return ResultCode.Settled;
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    const code = ResultCode[refusal.error as keyof typeof ResultCode];
    if (code === undefined) throw refusal;
    return code;
  }
}

/** All frames are read before any value. */
function rowsOf(bytes: Uint8Array, count: number): Row[] {
  requireThat(count <= MAX_TRADES_V2, 'TooManyTrades');
  if (count === 0) {
    requireThat(bytes.length === 0, 'TrailingBytes');
    return [];
  }
  const buyers = columnAt(bytes, 0, count, 32);
  const sellers = columnAt(bytes, buyers.end, count, 32);
  const firstPrice = integerAt(bytes, sellers.end);
  const steps = columnAt(bytes, firstPrice.end, count - 1, 64);
  const quantities = columnAt(bytes, steps.end, count, 64);
  const flags = columnAt(bytes, quantities.end, count, 6);
  requireThat(flags.end === bytes.length, 'TrailingBytes');
  const columns = [buyers, sellers, steps, quantities, flags].map((frame: Frame) => valuesOf(frame));
  return Array.from({ length: count }, (_, i) => ({
    buyer: Number(columns[0]?.[i]),
    seller: Number(columns[1]?.[i]),
    price: (columns[2] ?? []).slice(0, i).reduce(stepped, firstPrice.value),
    quantity: columns[3]?.[i] ?? 0n,
    flags: Number(columns[4]?.[i]),
  }));
}

/** Even steps go up by their half, odd ones down; at the ends of u64 they come in again at the other. */
function stepped(price: bigint, step: bigint): bigint {
  const change = step % 2n === 0n ? step / 2n : -(step + 1n) / 2n;
  return (((price + change) % U64_LIMIT) + U64_LIMIT) % U64_LIMIT;
}
