import type { TradeV1 } from '#client';
import type { ClosedLetter, DeadLetter } from '#relayer';
import type { Outcome } from './outcome.ts';

type Told = Pick<DeadLetter, 'tradeId' | 'code' | 'reason' | 'advice' | 'trade' | 'raw' | 'at'>;

const ID_WIDTH = 8;
const STATE_WIDTH = 8;
const CODE_WIDTH = 22;

/** One line of a list. */
export function lineOf({ tradeId, state, code, trade, raw }: DeadLetter): string {
  const what = trade === undefined ? describeRaw(raw) : describeTrade(trade);
  return `${`${tradeId}`.padStart(ID_WIDTH)}  ${state.padEnd(STATE_WIDTH)}  ${code.padEnd(CODE_WIDTH)}  ${what}`;
}

/** In the units of the chain. */
export const describeTrade = ({ quantity, price, seller, buyer, takerIsBuyer }: TradeV1): string =>
  `${quantity} base lots at ${price} quote atoms from trader ${seller} to trader ${buyer}, the ${takerIsBuyer ? 'buyer' : 'seller'} took`;

const describeRaw = (raw: DeadLetter['raw']): string =>
  raw === undefined ? 'no payload' : `${raw.bytes} bytes that are no trade`;

export function* linesOf({ tradeId, code, reason, advice, trade, raw, at }: Told): Generator<string> {
  yield `trade       ${tradeId}: ${trade === undefined ? describeRaw(raw) : describeTrade(trade)}`;
  if (raw !== undefined) yield `bytes       ${raw.hex}${raw.hex.length < raw.bytes * 2 ? '…' : ''}`;
  yield `refused     ${code}: ${reason}`;
  yield `advice      ${advice}`;
  yield `noted       ${new Date(at).toISOString()}`;
}

export function describeOutcome(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'void':
      return `${outcome.result === 'Voided' ? 'void' : `passed over (${outcome.result})`}, in batch ${outcome.sequence}, transaction ${outcome.signature}`;
    case 'settled':
      return `SETTLED, in batch ${outcome.sequence}, transaction ${outcome.signature}: ${describeTrade(outcome.trade)}`;
    case 'undecided':
      return `not final yet; the last final trade is ${outcome.lastTradeId}`;
  }
}

export function describeClosing({ closing, decision }: ClosedLetter): string {
  const what = closing.outcome === 'replaced' ? `replaced by trade ${closing.by}` : 'dropped';
  const why = decision.reason === '' ? '' : `: ${decision.reason}`;
  return `${what} by ${decision.who}, ${new Date(decision.at).toISOString()}${why}`;
}
