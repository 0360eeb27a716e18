import type { TradeV1 } from '#client';

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
  | 'AMOUNT_OVERFLOW'
  | 'DEPOSIT_OVERFLOW';

/** A row that becomes a trade. */
export interface AcceptedRow {
  /** Its `tradeId` is the lane's: 1…n in the order of the accepted rows. */
  readonly trade: TradeV1;
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
}

export const rejection = (line: number, code: RejectionCode, reason: string): { readonly rejected: Rejection } => ({
  rejected: { line, code, reason },
});
