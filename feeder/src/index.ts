export { engineCommand } from './command.ts';
export type { Control } from './control/control.ts';
export { openControl } from './control/control.ts';
export type { EngineStatus } from './control/status.ts';
export type { TradeFile } from './csv/file.ts';
export { openTradeFile } from './csv/file.ts';
export type { CsvOptions } from './csv/input.ts';
export { csvInput } from './csv/input.ts';
export type { Decimal } from './decimal.ts';
export { formatDecimal, parseDecimal } from './decimal.ts';
export type { EngineOptions } from './engine/run-engine.ts';
export { runEngine } from './engine/run-engine.ts';
export type { EngineSource, EngineTrade } from './engine/source.ts';
export { inputSource } from './engine/source.ts';
export type { Deposit } from './funding.ts';
export { InputError } from './input-error.ts';
export type { Instrument } from './instrument.ts';
export { describeInstrument, instrumentOf, largestAmounts, MAX_DECIMALS, parseStep } from './instrument.ts';
export { createJournal } from './journal/journal.ts';
export { withJournal } from './journal/source.ts';
export { DEFAULT_FLOW_TRADES, flowInput } from './market/input.ts';
export { orderFlow } from './market/order-flow.ts';
export { rateOption, stepOption } from './options.ts';
export { OrderDesk, orderSource } from './orders/desk.ts';
export { createOrderJournal } from './orders/journal.ts';
export type { NewOrder, OrderMessage, OrderRequest } from './orders/schema.ts';
export { MAX_ORDER_CHARACTERS, orderSchema } from './orders/schema.ts';
export { openOrderStream } from './orders/stream.ts';
export type { AcceptedRow, InputRow, OrderTerms, Rejection } from './rows.ts';
export type { Schema } from './stream/encode-event.ts';
export { encodeTradeEvent, SCHEMA_V1, SCHEMA_V2 } from './stream/encode-event.ts';
export type { FeedOptions } from './stream/feed.ts';
export { feed } from './stream/feed.ts';
export {
  controlKey,
  engineKey,
  generationKey,
  leaseKey,
  orderAnswersKey,
  ordersKey,
  tradeStreamKey,
} from './stream/keys.ts';
export type { Publisher } from './stream/publisher.ts';
export { openPublisher } from './stream/publisher.ts';
export type { InputOptions, InputSurvey, MarketTerms, TradeInput } from './trade-input.ts';
export { acceptedRows, surveyInput } from './trade-input.ts';
