import { InvalidArgumentError } from 'commander';
import type { TradeId } from '#client';
import { tradeId, U64_MAX } from '#client';

/** Trades from the one to the other, both included. */
export interface IdRange {
  readonly first: TradeId;
  readonly last: TradeId;
}

/** `17` or `20-25`, once more for each argument. */
export function idRanges(text: string, before: readonly IdRange[] = []): readonly IdRange[] {
  const [, first, last = first] = /^(\d{1,20})(?:-(\d{1,20}))?$/.exec(text) ?? [];
  if (first === undefined || last === undefined || BigInt(first) < 1n || BigInt(last) > U64_MAX) throw unusable();
  if (BigInt(first) > BigInt(last)) throw unusable();
  return [...before, { first: tradeId(first), last: tradeId(last) }];
}

const unusable = () => new InvalidArgumentError('It must be a trade id like 17, or a range like 20-25.');
