import type { OrderTypeCode } from '#client';
import { OrderType, U64_MAX } from '#client';
import type { Decimal } from '../decimal.ts';
import { parseDecimal } from '../decimal.ts';
import { MAX_DECIMALS } from '../instrument.ts';
import type { Rejection } from '../rows.ts';
import { rejection } from '../rows.ts';
import type { ColumnName, Columns, OptionalColumnName } from './columns.ts';
import { parseRecord } from './record.ts';

/** A row of the file, read but not yet in units of a market. */
export interface TradeRow {
  readonly line: number;
  readonly id: bigint;
  readonly price: Decimal;
  readonly quantity: Decimal;
  readonly takerIsBuyer: boolean;
  readonly orderType: OrderTypeCode;
  /** Undefined where the file does not say. */
  readonly feeTier: number | undefined;
}

export type ParsedRow = { readonly row: TradeRow } | { readonly rejected: Rejection };

/** Longest piece of a bad value that is repeated in its reason. */
const SHOWN_CHARACTERS = 32;

/** Reads one line as a trade, or says what is wrong with its first bad column. */
export function parseTradeRow(line: number, text: string, columns: Columns): ParsedRow {
  const record = parseRecord(text);
  if ('broken' in record) return rejection(line, 'ROW_UNREADABLE', record.broken);
  const { fields } = record;
  if (fields.length < columns.width) {
    return rejection(line, 'COLUMN_MISSING', `${fields.length} fields where the header names ${columns.width}`);
  }
  if (fields.length > columns.width) {
    return rejection(line, 'ROW_UNREADABLE', `${fields.length} fields where the header names ${columns.width}`);
  }
  const field = (name: ColumnName) => fields[columns.at[name]] ?? '';
  const empty = (Object.keys(columns.at) as ColumnName[]).find((name) => field(name) === '');
  if (empty !== undefined) return rejection(line, 'COLUMN_MISSING', `${empty} is empty`);

  const id = wholeNumber(field('trade_id'));
  if (id === undefined) return rejection(line, 'ID_INVALID', `trade_id ${shown(field('trade_id'))} is no u64`);
  if (wholeNumber(field('timestamp_ms')) === undefined) {
    return rejection(line, 'TIMESTAMP_INVALID', `timestamp_ms ${shown(field('timestamp_ms'))} is no u64`);
  }
  const price = positiveDecimal(line, 'price', field('price'));
  if ('rejected' in price) return price;
  const quantity = positiveDecimal(line, 'quantity', field('quantity'));
  if ('rejected' in quantity) return quantity;
  const side = field('taker_side').toLowerCase();
  if (side !== 'buy' && side !== 'sell') {
    return rejection(line, 'SIDE_INVALID', `taker_side ${shown(field('taker_side'))} is neither buy nor sell`);
  }
  const optional = (name: OptionalColumnName) => fields[columns.optional[name] ?? fields.length] ?? '';
  const orderType = orderTypeOf(optional('order_type').toLowerCase());
  if (orderType === undefined) {
    const given = shown(optional('order_type'));
    return rejection(line, 'ORDER_TYPE_INVALID', `order_type ${given} is none of limit, market, ioc, fok and 0 to 7`);
  }
  const tier = optional('fee_tier');
  if (!/^[0-3]?$/.test(tier)) return rejection(line, 'FEE_TIER_INVALID', `fee_tier ${shown(tier)} is not 0 to 3`);
  const order = { orderType, feeTier: tier === '' ? undefined : Number(tier) };
  const takerIsBuyer = side === 'buy';
  return { row: { line, id, price: price.value, quantity: quantity.value, takerIsBuyer, ...order } };
}

const ORDER_TYPES: ReadonlyMap<string, OrderTypeCode> = new Map([
  ['', OrderType.Limit],
  ['limit', OrderType.Limit],
  ['market', OrderType.Market],
  ['ioc', OrderType.ImmediateOrCancel],
  ['fok', OrderType.FillOrKill],
]);

/** By name, or by the number that goes on the wire. */
const orderTypeOf = (text: string): OrderTypeCode | undefined =>
  /^[0-7]$/.test(text) ? (Number(text) as OrderTypeCode) : ORDER_TYPES.get(text);

function wholeNumber(text: string): bigint | undefined {
  if (!/^\d{1,20}$/.test(text)) return undefined;
  const value = BigInt(text);
  return value > U64_MAX ? undefined : value;
}

function positiveDecimal(
  line: number,
  name: 'price' | 'quantity',
  text: string,
): { readonly value: Decimal } | { readonly rejected: Rejection } {
  const value = parseDecimal(text);
  if (value === undefined) return rejection(line, 'NOT_A_NUMBER', `${name} ${shown(text)} is no plain decimal number`);
  if (value.digits < 0n) return rejection(line, 'NOT_POSITIVE', `${name} ${shown(text)} is negative`);
  if (value.digits === 0n) return rejection(line, 'NOT_POSITIVE', `${name} is 0`);
  if (value.scale > MAX_DECIMALS) {
    return rejection(line, 'TOO_MANY_DECIMALS', `${name} ${shown(text)} has more than ${MAX_DECIMALS} decimals`);
  }
  return { value };
}

const shown = (text: string): string =>
  JSON.stringify(text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text);
