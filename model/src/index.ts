export type { MarketState } from './market.ts';
export { SettlementModel } from './model.ts';
export { Refusal } from './refusal.ts';
export { TradeRefusal } from './v1.ts';
