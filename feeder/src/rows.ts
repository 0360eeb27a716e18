import type { OrderTypeCode, TradeV1 } from '#client';

/** Why a row of the input is not a trade that can be settled. The words are for people, the code for programs. */
export interface Rejection {
  /** Line of the file, or number of the generated trade, from 1. */
  readonly line: number;
  readonly code: RejectionCode;
  readonly reason: string;
}

export type RejectionCode =
  | 'ROW_UNREADABLE'
  | 'COLUMN_MISSING'
  | 'ID_INVALID'
  | 'ID_DUPLICATE'
  | 'TIMESTAMP_INVALID'
  | 'NOT_A_NUMBER'
  | 'NOT_POSITIVE'
  | 'TOO_MANY_DECIMALS'
  | 'OFF_STEP'
  | 'SIDE_INVALID'
  | 'ORDER_TYPE_INVALID'
  | 'FEE_TIER_INVALID'
  | 'AMOUNT_OVERFLOW'
  | 'DEPOSIT_OVERFLOW';

/** What of a trade schema 2 says and schema 1 does not. */
export interface OrderTerms {
  /** Of the taker's order. */
  readonly orderType: OrderTypeCode;
  /** 0 to 3. */
  readonly feeTier: number;
}

/** A row that becomes a trade. */
export interface AcceptedRow {
  /** Its `tradeId` is the lane's: 1…n in the order of the accepted rows. */
  readonly trade: TradeV1;
  readonly order: OrderTerms;
  /** The input's own id of the trade. */
  readonly reference: string;
  readonly line: number;
}

export type InputRow = { readonly accepted: AcceptedRow } | { readonly rejected: Rejection };

/** A trade as the input has it, exact and in units of the chain, before anything is known to fit u64. */
export interface InputTrade {
  readonly line: number;
  readonly reference: bigint;
  readonly buyer: number;
  readonly seller: number;
  /** Quote atoms per base lot. */
  readonly price: bigint;
  /** Base lots. */
  readonly quantity: bigint;
  readonly takerIsBuyer: boolean;
  readonly orderType: OrderTypeCode;
  /** Default: the taker's. */
  readonly feeTier: number | undefined;
}

export const rejection = (line: number, code: RejectionCode, reason: string): { readonly rejected: Rejection } => ({
  rejected: { line, code, reason },
});
