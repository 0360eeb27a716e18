import { RequestRefused } from '../errors.ts';
import type { Closed, MarketState } from './market-state.ts';
import { describeClosed, sayClosed } from './market-state.ts';

export function maintenanceRefusal(closed: Closed, retryAfterSeconds: number): RequestRefused {
  return new RequestRefused('MAINTENANCE', sayClosed(closed), describeClosed(closed, retryAfterSeconds));
}

/** @throws RequestRefused MAINTENANCE or UNAVAILABLE unless the market is open */
export function requireOpen(state: MarketState, retryAfterSeconds: number): void {
  if (state.kind === 'closed') throw maintenanceRefusal(state, retryAfterSeconds);
  if (state.kind === 'unknown')
    throw new RequestRefused('UNAVAILABLE', 'the gateway does not reach its Redis', { retryAfterSeconds });
}
